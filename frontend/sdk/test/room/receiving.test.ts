import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Room, RoomOptions } from "../../src/index.ts";
import { enter, type FakeStream, Script, settle } from "./relay.ts";

let relay = new Script();
let room: Room;
let shown: string[] = [];
let streams: FakeStream[] = [];

async function begin(options: Partial<RoomOptions> = {}): Promise<void> {
  room = await enter(relay, options);
  room.on("subscribed", ({ track, media, stream }) => {
    shown.push(`+${track.id} ${media.id}`);
    streams.push(stream as unknown as FakeStream);
  });
  room.on("unsubscribed", ({ track }) => shown.push(`-${track.id}`));
  relay.socket.news();
}

async function said(): Promise<string[]> {
  await settle();
  return relay.socket.news();
}

/** Bob's picture comes. */
async function receive(): Promise<void> {
  relay.tracks("bob-video");
  relay.offer("video");
  relay.map({ "bob-video": "m0" });
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers();
  relay = new Script();
  shown = [];
  streams = [];
});

afterEach(() => {
  room.leave();
  vi.useRealTimers();
});

it("answers an offer, and shows what the mapping says", async () => {
  await begin();
  relay.tracks("bob-audio", "bob-video");
  relay.offer("audio video");
  relay.map({ "bob-audio": "m0", "bob-video": "m1" });
  expect(await said()).toEqual(["answer audio video"]);
  expect(shown).toEqual(["+bob-audio received-0", "+bob-video received-1"]);
  expect(streams[0]).toBe(streams[1]);
  expect(streams[0]?.tracks).toHaveLength(2);
  expect(room.subscriptions.get("bob-video")?.track.participantId).toBe("bob");
});

it("takes one offer after the other, and each mapping after its offer", async () => {
  await begin();
  relay.tracks("bob-video", "eve-video");
  relay.offer("video");
  relay.map({ "bob-video": "m0" });
  relay.offer("video video");
  relay.map({ "bob-video": "m0", "eve-video": "m1" });
  expect(await said()).toEqual(["answer video", "answer video video"]);
  expect(relay.connections[0]?.log).toEqual([
    "remote offer",
    "local answer",
    "remote offer",
    "local answer",
  ]);
  expect(shown).toEqual(["+bob-video received-0", "+eve-video received-1"]);
});

it("shows another track in a medium that is used again", async () => {
  await begin();
  await receive();
  relay.tracks("eve-video");
  relay.map({});
  relay.offer("video");
  relay.map({ "eve-video": "m0" });
  await settle();
  expect(shown).toEqual(["+bob-video received-0", "-bob-video", "+eve-video received-0"]);
  expect(streams.map(({ tracks }) => tracks.length)).toEqual([0, 1]);
});

it("shows again by a mapping alone", async () => {
  await begin();
  await receive();
  relay.map({});
  relay.map({ "bob-video": "m0" });
  await settle();
  expect(shown.slice(1)).toEqual(["-bob-video", "+bob-video received-0"]);
});

it("says what it wants by a rule, and by single wishes, and only what is news", async () => {
  await begin({ subscribe: ({ kind }) => (kind === "audio" ? {} : null) });
  relay.tracks("bob-audio", "bob-video");
  relay.tracks("bob-audio", "bob-video");
  expect(await said()).toEqual(["accept bob-audio"]);
  room.setWish("bob-video", { width: 320, height: 180 });
  room.setWish("bob-audio", { paused: true });
  room.setWish("nobody's", {});
  expect(await said()).toEqual(["accept bob-audio paused bob-video 320"]);
  room.setWish("bob-video", { width: 320, height: 180 });
  expect(await said()).toEqual([]);
  relay.tracks("eve-audio");
  expect(await said()).toEqual(["accept eve-audio"]);
});

it("takes everything until something else is wanted", async () => {
  await begin();
  relay.tracks("bob-audio", "bob-video");
  expect(await said()).toEqual([]);
  room.setWish("bob-video", null);
  expect(await said()).toEqual(["accept bob-audio"]);
});

it("goes on untouched when its session does, and answers only what is repeated", async () => {
  await begin({ subscribe: () => ({}) });
  await receive();
  relay.offer("video video");
  relay.socket.cut();
  await settle();
  const repeated = await relay.welcome({ resumed: true });
  expect(repeated.slice(1)).toEqual(["accept bob-video", "restartMedia"]);
  relay.tracks("bob-video");
  relay.offer("video video");
  relay.map({ "bob-video": "m0" });
  expect(await said()).toEqual(["answer video video"]);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(shown).toEqual(["+bob-video received-0"]);
  expect(relay.connections).toHaveLength(1);
});

it("finds out what went while its socket was lost", async () => {
  await begin();
  await receive();
  relay.socket.cut();
  await settle();
  await relay.welcome({ resumed: true });
  expect(shown).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(shown).toEqual(["+bob-video received-0", "-bob-video"]);
});

it("begins anew in a new session, and wants the same", async () => {
  await begin({ subscribe: () => ({}) });
  await receive();
  relay.socket.cut();
  await settle();
  expect(await relay.welcome()).not.toContain("accept bob-video");
  expect(relay.connections[0]?.connectionState).toBe("closed");
  await receive();
  expect(await said()).toEqual(["accept bob-video", "answer video"]);
  expect(shown).toEqual(["+bob-video received-0", "-bob-video", "+bob-video received-0"]);
});

it("begins a new connection with the offer after the old one's end", async () => {
  await begin();
  await receive();
  relay.say("connectionClosed", { sending: true, reason: "It was silent." });
  relay.offer("video");
  relay.map({ "bob-video": "m0" });
  await settle();
  expect(relay.connections.map(({ connectionState }) => connectionState)).toEqual([
    "closed",
    "new",
  ]);
  expect(shown).toEqual(["+bob-video received-0", "-bob-video", "+bob-video received-0"]);
});

it("waits for nothing of a connection that is gone", async () => {
  await begin();
  await receive();
  const [first] = relay.connections;
  if (first) first.setRemoteDescription = () => new Promise(() => undefined);
  relay.offer("video video");
  expect(await said()).toEqual(["answer video"]);
  relay.say("connectionClosed", { sending: true, reason: "It was silent." });
  relay.offer("video");
  relay.map({ "bob-video": "m0" });
  expect(await said()).toEqual(["answer video"]);
  expect(shown).toEqual(["+bob-video received-0", "-bob-video", "+bob-video received-0"]);
});

it("asks for an offer with new ICE credentials when media stop", async () => {
  await begin();
  await receive();
  relay.connections[0]?.become("connected");
  relay.connections[0]?.become("failed");
  expect(await said()).toEqual(["answer video", "restartMedia"]);
  relay.window.dispatchEvent(new Event("online"));
  expect(await said()).toEqual(["restartMedia"]);
});

it("enters anew when it cannot take an offer, and not without end", async () => {
  await begin();
  for (let times = 0; times < 3; times += 1) {
    relay.offer("nonsense");
    await settle();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(relay.sockets).toHaveLength(times + 2);
    expect(await relay.welcome()).toContain("hello studio Ann all");
  }
  relay.offer("nonsense");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(room.state).toMatchObject({ phase: "closed", goodbye: { code: "browser" } });
  expect(relay.sockets).toHaveLength(4);
});
