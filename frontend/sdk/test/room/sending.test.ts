import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Room, SIMULCAST } from "../../src/index.ts";
import { track } from "./connection.ts";
import { enter, Script, settle } from "./relay.ts";

let relay = new Script();
let room: Room;
let failures: string[] = [];

/** What the client said since the last time, when it has nothing more to do. */
async function said(): Promise<string[]> {
  await settle();
  return relay.socket.news();
}

/** Publish, and have it taken; the offer that it took. */
async function published(id: string, kinds = "video") {
  const publishing = room.publish(track(id));
  await settle();
  relay.answer(kinds);
  return publishing;
}

beforeEach(async () => {
  vi.useFakeTimers();
  relay = new Script();
  failures = [];
  room = await enter(relay);
  room.on("error", ({ code, trackId }) => failures.push(`${code} ${trackId}`));
  relay.socket.news();
});

afterEach(() => {
  room.leave();
  vi.useRealTimers();
});

it("announces, offers, and says which medium is which track", async () => {
  const publishing = room.publish(track("cam"), { source: "camera" });
  expect(await said()).toEqual(["announce p1", "offer video", "map p1=0"]);
  relay.answer("video");
  const publication = await publishing;
  expect(publication).toMatchObject({ id: "p1", kind: "video", source: "camera", muted: false });
  expect([...room.publications.keys()]).toEqual(["p1"]);
  expect(await said()).toEqual([]);
});

it("makes one more offer for all that comes while one is unanswered", async () => {
  const each = [room.publish(track("cam"))];
  await said();
  each.push(room.publish(track("mic", "audio")), room.publish(track("screen")));
  expect(await said()).toEqual([]);
  relay.answer("video");
  expect(await said()).toEqual([
    "announce p1 p2 p3",
    "offer video audio video",
    "map p1=0 p2=1 p3=2",
  ]);
  relay.answer("video audio video");
  await Promise.all(each);
  expect(relay.connections[0]?.log).toEqual([
    "local offer",
    "remote answer",
    "local offer",
    "remote answer",
  ]);
  expect(relay.connections).toHaveLength(1);
});

it("publishes all of a stream, and says what shows what", async () => {
  const tracks = [track("cam"), track("mic", "audio")];
  const stream = { id: "stream", getTracks: () => tracks } as unknown as MediaStream;
  const publishing = room.publishStream(stream, { source: "screen", simulcast: SIMULCAST });
  expect(await said()).toEqual(["announce p1 p2", "offer video audio", "map p1=0 p2=1"]);
  relay.answer("video audio");
  const each = await publishing;
  expect(each.map(({ source }) => source)).toEqual(["screen", "screen-audio"]);
  expect(each.map(({ streamId }) => streamId)).toEqual(["stream", "stream"]);
});

it.each([
  ["video!", [4, 2, 1]],
  ["video", [1]],
])("sends the best picture where %s is taken", async (answer, scales) => {
  const publishing = room.publish(track("cam"), { simulcast: SIMULCAST });
  await settle();
  relay.answer(answer);
  const { transceiver } = await publishing;
  await settle();
  const encodings = transceiver?.sender.getParameters().encodings ?? [];
  expect(encodings.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual(scales);
  expect(encodings[0]?.rid).toBe("q");
});

it("stops without an offer, and uses what is free again", async () => {
  const publication = await published("cam");
  await said();
  room.unpublish(publication);
  expect(await said()).toEqual(["announce", "map"]);
  const again = room.publish(track("other"));
  expect(await said()).toEqual(["announce p2", "map p2=0"]);
  expect((await again).transceiver?.sender.track?.id).toBe("other");
  expect(relay.connections[0]?.transceivers).toHaveLength(1);
});

it("withdraws what ends by itself, and what nobody waits for any more", async () => {
  const mic = track("mic", "audio");
  const publishing = room.publish(mic);
  await settle();
  relay.answer("audio");
  await publishing;
  mic.dispatchEvent(new Event("ended"));
  expect(room.publications.size).toBe(0);
  const aborter = new AbortController();
  const waiting = room.publish(track("cam"), { signal: aborter.signal });
  const refused = expect(waiting).rejects.toThrow("enough");
  await settle();
  aborter.abort(new Error("enough"));
  await refused;
  expect(room.publications.size).toBe(0);
});

it("tells that it is muted, and lets a device go", async () => {
  const publication = await published("cam");
  await said();
  room.setMuted(publication, true);
  expect(await said()).toEqual(["status p1 true"]);
  expect(publication.track?.enabled).toBe(false);
  await room.replace(publication, null);
  expect(publication.transceiver?.sender.track).toBeNull();
  await room.replace(publication, track("new"));
  expect(publication.track?.enabled).toBe(false);
  room.setMuted(publication, false);
  expect(publication.track?.enabled).toBe(true);
});

it("drops a track that the relay does not take", async () => {
  const publishing = room.publish(track("cam"));
  const refused = expect(publishing).rejects.toMatchObject({ code: "too-many-tracks" });
  await settle();
  relay.say("error", { code: "too-many-tracks", reason: "Too many.", umbrellaId: "p1" });
  await refused;
  relay.answer("video");
  await said();
  expect(room.publications.size).toBe(0);
  expect(failures).toEqual(["too-many-tracks p1"]);
});

it("takes back an offer that is refused, and keeps what was there", async () => {
  await published("cam");
  const publishing = room.publish(track("mic", "audio"));
  const refused = expect(publishing).rejects.toMatchObject({ code: "offer-refused" });
  await said();
  relay.say("error", { code: "offer-refused", reason: "No." });
  await refused;
  expect(await said()).toEqual(["announce p1", "map p1=0"]);
  const third = room.publish(track("screen"));
  expect(await said()).toEqual(["announce p1 p3", "offer video video", "map p1=0 p3=1"]);
  relay.answer("video video");
  await third;
});

it("does not use again what was never agreed on", async () => {
  await published("cam");
  const publishing = room.publish(track("mic", "audio"));
  const refused = expect(publishing).rejects.toMatchObject({ code: "withdrawn" });
  await settle();
  for (const one of room.publications.values()) if (one.kind === "audio") room.unpublish(one);
  await refused;
  relay.say("error", { code: "offer-refused", reason: "No." });
  await said();
  const third = room.publish(track("other mic", "audio"));
  expect(await said()).toEqual(["announce p1 p3", "offer video audio audio", "map p1=0 p3=2"]);
  relay.answer("video audio audio");
  await third;
});

it("begins with a new connection when the first offer is refused", async () => {
  const publishing = room.publish(track("cam"));
  const refused = expect(publishing).rejects.toMatchObject({ code: "offer-refused" });
  await settle();
  relay.say("error", { code: "offer-refused", reason: "No." });
  await refused;
  expect(relay.connections[0]?.connectionState).toBe("closed");
  await published("other");
  expect(relay.connections).toHaveLength(2);
});

it("says which codec nobody takes", async () => {
  const publishing = room.publish(track("cam"));
  const refused = expect(publishing).rejects.toMatchObject({ code: "codec" });
  await settle();
  relay.answer("-");
  await refused;
  expect(room.publications.size).toBe(0);
});

it("drops what was new when an answer makes no sense, and sends the rest anew", async () => {
  await published("cam");
  const publishing = room.publish(track("mic", "audio"));
  const refused = expect(publishing).rejects.toMatchObject({ code: "browser" });
  await said();
  relay.answer("nonsense");
  await refused;
  expect(await said()).toEqual(["announce p1", "offer video", "map p1=0"]);
  expect(relay.connections).toHaveLength(2);
});

it("says that no connection can be made", async () => {
  relay.edge.connect = () => {
    throw new DOMException("Too many connections.", "UnknownError");
  };
  await expect(room.publish(track("cam"))).rejects.toThrow("Too many connections.");
  expect(room.publications.size).toBe(0);
});

it("repeats an offer without answer when its session goes on", async () => {
  const publishing = room.publish(track("cam"));
  await said();
  relay.socket.cut();
  await settle();
  expect((await relay.welcome({ resumed: true })).slice(1)).toEqual([
    "announce p1",
    "offer video",
    "map p1=0",
  ]);
  relay.answer("video");
  await publishing;
  expect(relay.connections).toHaveLength(1);
});

it("says its tracks again when its session goes on", async () => {
  await published("cam");
  relay.socket.cut();
  await settle();
  expect((await relay.welcome({ resumed: true })).slice(1, 3)).toEqual(["announce p1", "map p1=0"]);
});

it("offers what came while the socket was lost", async () => {
  relay.socket.cut();
  await settle();
  const publishing = room.publish(track("cam"));
  await settle();
  const repeated = await relay.welcome({ resumed: true });
  expect(repeated.slice(1)).toEqual(["announce p1", "offer video", "map p1=0"]);
  relay.answer("video");
  await publishing;
});

it("publishes everything again in a new session", async () => {
  await published("cam");
  const waiting = room.publish(track("mic", "audio"));
  await settle();
  relay.socket.cut();
  await settle();
  expect((await relay.welcome()).slice(1)).toEqual([
    "announce p1 p2",
    "offer video audio",
    "map p1=0 p2=1",
  ]);
  relay.answer("video audio");
  await waiting;
  expect(relay.connections.map(({ connectionState }) => connectionState)).toEqual([
    "closed",
    "new",
  ]);
});

it("makes a new connection when the relay lost the old one", async () => {
  await published("cam");
  await said();
  relay.say("connectionClosed", { reason: "It was silent." });
  expect(await said()).toEqual(["announce p1", "offer video", "map p1=0"]);
  expect(relay.connections).toHaveLength(2);
});

it("waits for nothing of a connection that is gone", async () => {
  const publishing = room.publish(track("cam"));
  await settle();
  const [first] = relay.connections;
  if (first) first.setRemoteDescription = () => new Promise(() => undefined);
  relay.answer("video");
  await said();
  relay.say("connectionClosed", { reason: "It was silent." });
  expect(await said()).toEqual(["announce p1", "offer video", "map p1=0"]);
  relay.answer("video");
  await publishing;
});

it("restarts ICE after two seconds without connectivity, again and again", async () => {
  await published("cam");
  relay.connections[0]?.become("connected");
  relay.connections[0]?.become("disconnected");
  await vi.advanceTimersByTimeAsync(1_900);
  relay.connections[0]?.become("connected");
  relay.connections[0]?.become("disconnected");
  relay.say("pong", { id: 1n });
  await said();
  await vi.advanceTimersByTimeAsync(2_100);
  expect(await said()).toEqual(["announce p1", "offer video restart", "map p1=0"]);
  relay.answer("video");
  await vi.advanceTimersByTimeAsync(1_000);
  relay.socket.cut();
  await settle();
  const repeated = await relay.welcome({ resumed: true });
  expect(repeated).toContain("offer video restart restart");
});

it("says that media do not get through", async () => {
  await published("cam");
  for (let id = 1n; id < 9n; id += 1n) {
    relay.say("pong", { id });
    await vi.advanceTimersByTimeAsync(1_500);
  }
  expect(failures).toEqual(["no-media-path undefined"]);
});

it("publishes sixteen tracks and no more", async () => {
  for (let count = 0; count < 16; count += 1) room.publish(track(`t${count}`)).catch(() => null);
  await expect(room.publish(track("one too many"))).rejects.toMatchObject({
    code: "too-many-tracks",
  });
  expect((await said()).filter((words) => words.startsWith("offer"))).toHaveLength(1);
});

it("gives up what was being published when the room is left", async () => {
  const publishing = room.publish(track("cam"));
  const refused = expect(publishing).rejects.toMatchObject({ code: "closed" });
  await settle();
  room.leave();
  await refused;
  expect(relay.connections[0]?.connectionState).toBe("closed");
  await expect(room.publish(track("late"))).rejects.toMatchObject({ code: "left" });
});
