export { type Reply, readReply } from "./reply.ts";
export { retryDelay } from "./retry.ts";
export { RoomError } from "./room/failure.ts";
export type {
  ChatLine,
  Departure,
  Failure,
  Flow,
  Goodbye,
  Kind,
  Layer,
  Participant,
  Source,
  Speaker,
  Track,
  Wish,
} from "./room/model.ts";
export type { Subscription } from "./room/peers/media.ts";
export { type Publication, type PublishOptions, SIMULCAST } from "./room/peers/publication.ts";
export { Room, type RoomOptions } from "./room/room.ts";
export type { RoomEvents, RoomState } from "./room/session.ts";
export type { TrackStatistics } from "./room/statistics.ts";
export { withStereo } from "./sdp.ts";
export { type Rates, rates, type Sample, sampleOf } from "./statistics.ts";
export { createViewer, type Edge, type Viewer, type ViewerState } from "./whep.ts";
