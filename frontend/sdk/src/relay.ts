/** All of it in one file, which relays serve as /sdk/trunkline-room.js. */
export { TrunklineRoom } from "./element/trunkline-room.ts";
export * from "./index.ts";
