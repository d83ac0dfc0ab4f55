import { expect, it } from "vitest";
import rows from "../../../../vectors/room/frames.json" with { type: "json" };
import { encode, type Said } from "../../src/room/signalling/said.ts";
import { decode, type Told } from "../../src/room/signalling/told.ts";

const hex = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text: string) =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Frames by their name. Descriptions are left out: JSON may have spaces or none. */
const frames = (from: string) =>
  rows
    .filter((row) => row.from === from && !["offer", "answer"].includes(row.name))
    .map(({ name, frame }) => [name, frame] as const);

const SAID: Record<string, Said> = {
  hello: {
    type: "hello",
    room: "studio",
    name: "Ann",
    passphrase: "sesame",
    resumption: "again",
    acceptAll: true,
    agent: "test/1",
  },
  announce: {
    type: "announce",
    tracks: [
      {
        id: "t-1",
        kind: "video",
        source: "camera",
        name: "cam",
        streamId: "stream",
        muted: true,
      },
    ],
  },
  "accept nothing": { type: "accept", wishes: new Map() },
  accept: {
    type: "accept",
    wishes: new Map<string, object>([
      ["t-1", { maxLayer: 0, width: 640, height: 360 }],
      ["t-2", { paused: true }],
    ]),
  },
  mapping: { type: "mapping", mids: new Map([["t-1", "0"]]) },
  status: { type: "status", handRaised: true, mutes: new Map([["t-1", true]]) },
  "hand down": { type: "status", handRaised: false },
  lock: { type: "lock", locked: true },
  restart: { type: "restart-media" },
  say: { type: "chat", text: "Grüß dich!" },
  ping: { type: "ping", id: 2 ** 53 },
  goodbye: { type: "goodbye", code: "left", reason: "Bye." },
};

const ann = { id: "p1", name: "Ann", handRaised: true, role: "client", away: false } as const;
const camera = {
  id: "t-1",
  kind: "video",
  source: "camera",
  participantId: "p1",
  streamId: "stream",
  muted: true,
  stalled: true,
  codec: "VP8",
  layers: [
    { rid: "q", width: 320, height: 180 },
    { rid: "h", width: 0, height: 0 },
  ],
} as const;

const TOLD: Record<string, Told> = {
  welcome: {
    type: "welcome",
    welcome: {
      you: ann,
      room: "studio",
      resumption: "secret",
      resumed: false,
      participants: [ann],
      chat: [{ participantId: "p1", name: "Ann", text: "Hello!", time: 1_700_000_000_000 }],
      locked: true,
      iceServers: [],
    },
  },
  people: {
    type: "participants",
    present: [ann],
    gone: [{ id: "p2", code: "lost", reason: "Gone." }],
  },
  tracks: { type: "tracks", tracks: [camera] },
  "no tracks": { type: "tracks", tracks: [] },
  changes: { type: "track-changes", tracks: [camera] },
  speakers: { type: "speakers", speakers: [{ participantId: "p1", level: 30 }] },
  forwarding: {
    type: "forwarding",
    flows: [
      { trackId: "t-1", layer: 0, hindrance: "" },
      { trackId: "t-2", layer: undefined, hindrance: "codec" },
    ],
  },
  room: { type: "room-change", locked: true },
  closed: { type: "connection-closed", sending: true, reason: "Silence." },
  failed: { type: "error", failure: { code: "track-taken", reason: "No.", trackId: "t-1" } },
  pong: { type: "pong", id: 7 },
};

it.each(frames("client"))("says %s as Python does", (name, frame) => {
  const said = SAID[name];
  if (said === undefined) throw new Error(`There is no ${name} here: add it.`);
  expect(hex(encode(said))).toBe(frame);
});

it.each(frames("relay"))("understands %s as Python does", (name, frame) => {
  expect(decode(bytes(frame))).toEqual(TOLD[name]);
});

it("passes over what it does not know", () => {
  // Field 4000, and no field at all.
  expect(decode(bytes("82fa0100"))).toBeUndefined();
  expect(decode(bytes(""))).toBeUndefined();
});

it("refuses what makes no sense", () => {
  const description = (json: string) => {
    const inner = new TextEncoder().encode(json);
    const offer = [0x0a, inner.length, ...inner];
    return Uint8Array.from([0x12, offer.length, ...offer]);
  };
  expect(decode(description('{"type":"offer","sdp":"v=0"}'))).toEqual({
    type: "offer",
    sdp: "v=0",
  });
  for (const json of ["", "null", "[]", '{"type":"answer","sdp":"v=0"}', '{"type":"offer"}']) {
    expect(() => decode(description(json)), json).toThrow();
  }
  // A welcome that says not to whom.
  expect(() => decode(bytes("c20700"))).toThrow("who we are");
  expect(() => decode(bytes("ffff"))).toThrow();
});
