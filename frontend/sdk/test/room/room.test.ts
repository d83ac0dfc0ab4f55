import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Room, type RoomState } from "../../src/index.ts";
import { enter as enterRoom, Script, settle } from "./relay.ts";

let relay = new Script();
let states: RoomState[] = [];

/** Enter, and be let in. */
async function enter(): Promise<Room> {
  const room = await enterRoom(relay);
  room.on("state", (state) => states.push(state));
  return room;
}

const phases = () => states.map(({ phase }) => phase);

beforeEach(() => {
  vi.useFakeTimers();
  relay = new Script();
  states = [];
});

afterEach(() => {
  vi.useRealTimers();
});

it("says hello first, and is let in", async () => {
  const entering = Room.connect("https://relay:8443/", {
    room: "studio",
    name: "Ann",
    edge: relay.edge,
  });
  const { socket } = relay;
  expect([socket.url, socket.protocol]).toEqual(["wss://relay:8443/wsb", "trunkline.1"]);
  expect(socket.binaryType).toBe("arraybuffer");
  expect(await relay.welcome()).toEqual(["hello studio Ann all"]);
  const room = await entering;
  expect(room.state).toEqual({ phase: "connected" });
  expect(room.you).toMatchObject({ id: "me", name: "Ann" });
});

it("says why nobody is let in", async () => {
  const entering = Room.connect("http://relay", { room: "studio", edge: relay.edge });
  const refused = expect(entering).rejects.toMatchObject({ code: "locked", message: "Locked." });
  relay.socket.open();
  relay.say("goodbye", { code: "locked", reason: "Locked." });
  await refused;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(relay.sockets).toHaveLength(1);
});

it("says that a relay cannot be reached", async () => {
  const entering = Room.connect("http://relay", { room: "studio", edge: relay.edge });
  const refused = expect(entering).rejects.toMatchObject({ code: "unreachable", retry: true });
  relay.socket.cut();
  await refused;
});

it("waits for a welcome, and not for ever", async () => {
  const entering = Room.connect("http://relay", { room: "studio", edge: relay.edge });
  const refused = expect(entering).rejects.toMatchObject({ code: "unreachable" });
  relay.socket.open();
  await vi.advanceTimersByTimeAsync(5_000);
  await refused;
  expect(relay.socket.closedWith).toBe(1000);
});

it("gives up entering when that is wanted", async () => {
  const aborter = new AbortController();
  const { signal } = aborter;
  const entering = Room.connect("http://relay", { room: "studio", edge: relay.edge, signal });
  const refused = expect(entering).rejects.toThrow("enough");
  aborter.abort(new Error("enough"));
  await refused;
  expect(relay.socket.closedWith).toBe(1000);
});

it("knows who is there, what they say, and whose turn it is", async () => {
  const room = await enter();
  const heard: unknown[] = [];
  room.on("participants", ({ present, gone }) => heard.push([present.length, gone.length]));
  room.on("chat", ({ text, time }) => heard.push([text, time]));
  room.on("speakers", (speakers) => heard.push(speakers.length));
  room.on("lock", (locked) => heard.push(locked));
  relay.say("participants", { present: [{ id: "bob", name: "Bob" }] });
  relay.say("chat", { participantId: "bob", name: "Bob", text: "Hello!", time: 7n });
  relay.say("speakers", { speakers: [{ participantId: "bob", level: 30 }] });
  relay.say("roomChange", { locked: true });
  expect(heard).toEqual([[1, 0], ["Hello!", 7], 1, true]);
  expect([...room.participants.keys()]).toEqual(["bob"]);
  expect(room.locked).toBe(true);
  relay.say("participants", { gone: [{ id: "bob", code: "left" }] });
  expect(room.participants.size + room.speakers.length).toBe(0);
});

it("says what is asked of it", async () => {
  const room = await enter();
  expect(room.say("Hi.")).toBe(true);
  room.raiseHand(true);
  expect(room.lock(true)).toBe(true);
  expect(relay.socket.news()).toEqual(["chat Hi.", "status true", "lock true"]);
});

it("goes on where it was when its socket is lost", async () => {
  const room = await enter();
  room.raiseHand(true);
  relay.socket.news();
  relay.socket.cut();
  expect(room.say("lost")).toBe(false);
  await settle();
  expect(relay.sockets).toHaveLength(2);
  const said = await relay.welcome({ resumed: true });
  expect(said).toEqual(["hello studio Ann all secret", "status true"]);
  expect(phases()).toEqual(["reconnecting", "connected"]);
});

it("tries again and again, at most every two seconds or so, for ever", async () => {
  await enter();
  relay.socket.cut();
  const begun = Date.now();
  while (Date.now() - begun < 60_000) {
    await vi.advanceTimersByTimeAsync(100);
    if (relay.socket.readyState === 0) relay.socket.cut();
  }
  expect(relay.sockets.length).toBeGreaterThan(28);
  expect(relay.sockets.length).toBeLessThan(40);
  await vi.advanceTimersByTimeAsync(2_000);
  await relay.welcome();
  expect(phases().at(-1)).toBe("connected");
});

it("finds out that nothing is heard any more", async () => {
  await enter();
  await vi.advanceTimersByTimeAsync(6_900);
  expect(relay.sockets).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(relay.sockets).toHaveLength(2);
});

it("is not fooled by a relay that talks and then is silent", async () => {
  await enter();
  await vi.advanceTimersByTimeAsync(3_000);
  relay.say("chat", { text: "Hello!" });
  await vi.advanceTimersByTimeAsync(4_900);
  expect(relay.sockets).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(relay.sockets).toHaveLength(2);
});

it("keeps a socket on which it is answered, and measures how fast", async () => {
  const room = await enter();
  for (let id = 1n; id < 20n; id += 1n) {
    await vi.advanceTimersByTimeAsync(2_000);
    relay.say("pong", { id });
  }
  expect(relay.sockets).toHaveLength(1);
  expect(room.roundTrip).toBe(0);
});

it("tries at once when the network is there again", async () => {
  await enter();
  for (let failures = 0; failures < 6; failures += 1) {
    relay.socket.cut();
    await vi.advanceTimersByTimeAsync(2_000);
  }
  relay.socket.cut();
  await settle();
  const before = relay.sockets.length;
  relay.window.dispatchEvent(new Event("online"));
  await settle();
  expect(relay.sockets).toHaveLength(before + 1);
});

it("comes back to a relay that stops, and not to one that has had enough", async () => {
  const room = await enter();
  relay.say("goodbye", { code: "stopped", reason: "The relay stops.", retry: true });
  await settle();
  await relay.welcome();
  expect(phases()).toEqual(["reconnecting", "connected"]);
  relay.say("goodbye", { code: "replaced", reason: "Elsewhere." });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(relay.sockets).toHaveLength(2);
  expect(room.state).toMatchObject({ phase: "closed", goodbye: { code: "replaced" } });
});

it("takes leave when its page is left", async () => {
  const room = await enter();
  relay.socket.news();
  relay.window.dispatchEvent(new Event("pagehide"));
  expect(relay.socket.news()[0]).toMatch(/^goodbye left/);
  expect(relay.socket.closedWith).toBe(1000);
  expect(room.state).toMatchObject({ phase: "closed", goodbye: { code: "left" } });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(relay.sockets).toHaveLength(1);
});

it("passes over what it cannot read", async () => {
  const room = await enter();
  const codes: string[] = [];
  room.on("error", ({ code }) => codes.push(code));
  relay.socket.raw(new Uint8Array(30).fill(255).buffer);
  relay.socket.raw("text");
  relay.say("offer", { offer: "{" });
  relay.say("error", { code: "bad-line", reason: "Too long." });
  expect(codes).toEqual(["unreadable", "unreadable", "unreadable", "bad-line"]);
  expect(room.state.phase).toBe("connected");
});
