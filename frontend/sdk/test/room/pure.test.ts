import { expect, it } from "vitest";
import { version } from "../../package.json" with { type: "json" };
import { SIMULCAST } from "../../src/index.ts";
import { socketUrl } from "../../src/room/address.ts";
import { reconnectDelay } from "../../src/room/line/delay.ts";
import type { Track } from "../../src/room/model.ts";
import { OwnTrack, worthwhile } from "../../src/room/peers/publication.ts";
import { MAX_CHAT, NOTHING, reduce } from "../../src/room/signalling/view.ts";
import { Meter, sampleOf } from "../../src/room/statistics.ts";
import { VERSION } from "../../src/room/version.ts";
import { sameWishes, Wishes } from "../../src/room/wishes.ts";
import { track as mediaTrack } from "./connection.ts";

function track(id: string, more: Partial<Track> = {}): Track {
  return {
    id,
    kind: "video",
    source: "camera",
    participantId: "bob",
    streamId: "s",
    muted: false,
    stalled: false,
    codec: undefined,
    layers: [],
    ...more,
  };
}

it("says the version of the package", () => {
  expect(version).toBe(VERSION);
});

it.each([
  ["https://relay:8443", "wss://relay:8443/wsb"],
  ["http://relay", "ws://relay/wsb"],
  ["wss://relay/behind/proxy/?x#y", "wss://relay/behind/proxy/wsb"],
  ["/", "wss://page/wsb"],
])("finds the socket of %s", (relay, socket) => {
  expect(socketUrl(relay, "https://page/some/page")).toBe(socket);
});

it("waits not at all at first, then longer and longer, to two seconds or so", () => {
  const delays = [0, 1, 2, 3, 4, 5, 99].map((failures) => reconnectDelay(failures, 0.5));
  expect(delays).toEqual([0, 0.25, 0.5, 1, 2, 2, 2]);
  expect([reconnectDelay(9, 0), reconnectDelay(9, 1)]).toEqual([1.5, 2.5]);
});

it("keeps the last lines of a chat", () => {
  let view = NOTHING;
  for (let time = 0; time < MAX_CHAT + 10; time += 1) {
    const line = { participantId: "bob", name: "Bob", text: "", time };
    view = reduce(view, { type: "chat", line });
  }
  expect(view.chat).toHaveLength(MAX_CHAT);
  expect(view.chat[0]?.time).toBe(10);
});

it("forgets what came of a track that is gone, and changes only known ones", () => {
  let view = reduce(NOTHING, { type: "tracks", tracks: [track("a"), track("b")] });
  const flow = { trackId: "a", layer: 1, hindrance: "" };
  view = reduce(view, { type: "forwarding", flows: [flow, { ...flow, trackId: "nobody's" }] });
  expect([...view.flows.keys()]).toEqual(["a"]);
  view = reduce(view, { type: "track-changes", tracks: [track("b", { muted: true }), track("c")] });
  expect([...view.tracks.values()].map(({ id, muted }) => [id, muted])).toEqual([
    ["a", false],
    ["b", true],
  ]);
  view = reduce(view, { type: "tracks", tracks: [track("b")] });
  expect(view.flows.size).toBe(0);
  expect(reduce(view, { type: "pong", id: 1 })).toBe(view);
});

it("wants what was said of a track rather than what the rule says", () => {
  const wishes = new Wishes(({ kind }) => (kind === "audio" ? {} : null));
  const tracks = new Map(["a", "b"].map((id) => [id, track(id)]));
  wishes.set("a", { width: 100 });
  expect([...wishes.of(tracks)]).toEqual([["a", { width: 100 }]]);
  // A relay that starts again does not have all tracks at once.
  expect(wishes.of(new Map()).size).toBe(0);
  expect(wishes.of(tracks).size).toBe(1);
  for (let count = 0; count < 1_000; count += 1) wishes.set(`other ${count}`, null);
  expect(wishes.of(tracks).size).toBe(0);
  expect(new Wishes(undefined).deliberate).toBe(false);
  expect(new Wishes(undefined).of(tracks).size).toBe(2);
});

it("tells lists of wishes apart", () => {
  const one = new Map([["a", { width: 1 }]]);
  expect(sameWishes(one, new Map([["a", { width: 1 }]]))).toBe(true);
  expect(sameWishes(one, new Map([["a", { width: 2 }]]))).toBe(false);
  expect(sameWishes(one, new Map([["b", { width: 1 }]]))).toBe(false);
  expect(sameWishes(one, new Map())).toBe(false);
  expect(sameWishes(undefined, new Map())).toBe(false);
});

it("announces ids that SDP can carry", () => {
  const odd = new OwnTrack("p1", mediaTrack("{an id} with spaces"), {});
  expect(odd.announced()).toMatchObject({ id: "p1", name: "p1", streamId: "p1" });
  const camera = new OwnTrack("p2", mediaTrack("cam"), { simulcast: SIMULCAST, muted: true });
  expect(camera.announced()).toMatchObject({ name: "cam", muted: true });
  expect([camera.shape, camera.track?.enabled]).toEqual(["video q h f", false]);
});

function report(seconds: number, bytes: number, more: Record<string, unknown> = {}) {
  const inbound = { id: "in", type: "inbound-rtp", mid: "0", codecId: "codec", frameWidth: 640 };
  return new Map<string, unknown>([
    ["codec", { mimeType: "video/VP8" }],
    ["pair", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.02 }],
    ["other", { type: "inbound-rtp", mid: "1", bytesReceived: 999_999 }],
    ["in", { ...inbound, timestamp: seconds * 1000, bytesReceived: bytes, ...more }],
  ]);
}

it("measures what comes between two looks", () => {
  const meter = new Meter();
  const mids = new Map([["a", "0"]]);
  const look = (seconds: number, bytes: number, more = {}) => {
    return meter.read([{ direction: "receiving", mids, report: report(seconds, bytes, more) }])[0];
  };
  expect(look(1, 1_000, { packetsReceived: 10, packetsLost: 1 })).toMatchObject({
    trackId: "a",
    direction: "receiving",
    width: 640,
    codec: "VP8",
    roundTrip: 20,
    bitsPerSecond: undefined,
    loss: undefined,
  });
  const later = { packetsReceived: 19, packetsLost: 2 };
  expect(look(3, 3_000, later)).toMatchObject({ bitsPerSecond: 8_000, loss: 0.1 });
  expect(look(4, 10)).toMatchObject({ bitsPerSecond: undefined, loss: undefined });
});

it("adds up the encodings of what is sent, and asks the relay what was lost", () => {
  const sent = (id: string, frameWidth: number) => {
    const counts = { bytesSent: 100, packetsSent: 5, timestamp: 1 };
    return [id, { type: "outbound-rtp", mid: "0", frameWidth, remoteId: "r", ...counts }] as const;
  };
  const entries = new Map<string, unknown>([sent("q", 160), sent("f", 640)]);
  entries.set("r", { type: "remote-inbound-rtp", packetsLost: 3 });
  const figures = { bytes: 200, packets: 10, lost: 6, width: 640, codec: undefined };
  expect(sampleOf(entries, "0")).toMatchObject(figures);
  expect(sampleOf(entries, "7")).toBeUndefined();
});

it.each([
  [undefined, SIMULCAST],
  [1280, SIMULCAST],
  [640, SIMULCAST.slice(1)],
  [320, []],
])("sends a picture %s wide in its largest encodings", (width, encodings) => {
  expect(worthwhile(SIMULCAST, width)).toEqual(encodings);
});
