import type { Publication, Room } from "@trunkline/sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeviceEdge } from "../src/store/call/ask.ts";
import { Chat, MAX_LINE } from "../src/store/call/chat.ts";
import { Devices } from "../src/store/call/devices.ts";
import { Memory } from "../src/store/call/memory.ts";
import { Notices } from "../src/store/call/notices.ts";
import { Sender } from "../src/store/call/sender.ts";

/** A device as far as the stores know one. */
class FakeTrack extends EventTarget {
  enabled = true;
  readyState = "live";
  readonly id: string;
  constructor(id: string) {
    super();
    this.id = id;
  }
  stop() {
    this.readyState = "ended";
  }
}

const asTrack = (track: FakeTrack) => track as unknown as MediaStreamTrack;

/** A browser with devices that can be pulled out. */
function browser(has: { camera: string[]; microphone: string[] }) {
  const opened: FakeTrack[] = [];
  const open = (kind: "camera" | "microphone", wanted: MediaStreamConstraints["video"]) => {
    if (!wanted) return [];
    const asked = (wanted as { deviceId?: { exact: string } }).deviceId?.exact;
    const id = has[kind].find((one) => asked === undefined || one === asked);
    if (id === undefined) throw new DOMException("", "NotFoundError");
    const track = new FakeTrack(id);
    opened.push(track);
    return [track];
  };
  const media = Object.assign(new EventTarget(), {
    getUserMedia: async ({ video, audio }: MediaStreamConstraints) => {
      const [camera, microphone] = [open("camera", video), open("microphone", audio)];
      return { getVideoTracks: () => camera, getAudioTracks: () => microphone };
    },
    enumerateDevices: async () => [
      ...has.camera.map((deviceId) => ({ kind: "videoinput", deviceId, label: deviceId })),
      ...has.microphone.map((deviceId) => ({ kind: "audioinput", deviceId, label: deviceId })),
    ],
  });
  const edge = { media, isAllowed: async () => true } as unknown as DeviceEdge;
  return { media, opened, devices: new Devices(edge, new Memory(undefined)) };
}

const idOf = (track: MediaStreamTrack | undefined) =>
  (track as unknown as FakeTrack | undefined)?.id;

describe("devices", () => {
  it("let a camera go that is turned off, and keep a microphone", async () => {
    const { devices, opened } = browser({ camera: ["c"], microphone: ["m"] });
    await devices.open();
    devices.turn("camera", false);
    devices.turn("microphone", false);
    expect(opened.map(({ readyState, enabled }) => [readyState, enabled])).toEqual([
      ["ended", true],
      ["live", false],
    ]);
    expect(devices.camera.track.value).toBeUndefined();
    devices.turn("microphone", true);
    expect(opened[1]?.enabled).toBe(true);
  });

  it("let go of what comes after it was given up", async () => {
    const { devices, opened } = browser({ camera: ["c"], microphone: ["m"] });
    const opening = devices.open();
    devices.turn("camera", false);
    await opening;
    expect(devices.camera.track.value).toBeUndefined();
    expect(opened[0]?.readyState).toBe("ended");
    expect(idOf(devices.microphone.track.value)).toBe("m");
  });

  it("change to the one that is chosen", async () => {
    const { devices, opened } = browser({ camera: ["c", "d"], microphone: ["m"] });
    await devices.open();
    await devices.choose("camera", "d");
    expect(idOf(devices.camera.track.value)).toBe("d");
    expect(opened.filter(({ readyState }) => readyState === "live").map(({ id }) => id)).toEqual([
      "m",
      "d",
    ]);
  });

  it("are replaced when they are pulled out, or used again when they are back", async () => {
    const has = { camera: ["c", "d"], microphone: ["m"] };
    const { devices, media, opened } = browser(has);
    await devices.open();
    const pull = (id: string) => {
      has.camera = has.camera.filter((one) => one !== id);
      const track = opened.find((one) => one.id === id && one.readyState === "live");
      track?.stop();
      track?.dispatchEvent(new Event("ended"));
    };
    pull("c");
    await vi.waitFor(() => expect(idOf(devices.camera.track.value)).toBe("d"));
    pull("d");
    await vi.waitFor(() => expect(devices.camera.trouble.value).toBe("lost"));
    has.camera = ["c"];
    media.dispatchEvent(new Event("devicechange"));
    await vi.waitFor(() => expect(idOf(devices.camera.track.value)).toBe("c"));
    expect(devices.camera.trouble.value).toBeUndefined();
  });
});

/** A room as far as a sender knows one. */
function sending() {
  const publications = new Map<string, { id: string; track: unknown; muted: boolean }>();
  const log: string[] = [];
  const room = {
    publications,
    publish: async (track: FakeTrack, { muted = false }) => {
      const publication = { id: `${publications.size}`, track, muted };
      publications.set(publication.id, publication);
      log.push(`publish ${track.id}${muted ? " muted" : ""}`);
      return publication as unknown as Publication;
    },
    replace: async ({ id }: Publication, track: FakeTrack | null) => {
      Object.assign(publications.get(id) ?? {}, { track });
      log.push(`replace ${track?.id ?? "nothing"}`);
    },
    setMuted: ({ id }: Publication, muted: boolean) => {
      Object.assign(publications.get(id) ?? {}, { muted });
      log.push(muted ? "mute" : "unmute");
    },
  } as unknown as Room;
  const failed = vi.fn();
  return { room, publications, log, failed, sender: new Sender(room, {}, failed) };
}

describe("a sender", () => {
  const [one, two] = ["one", "two"].map((id) => asTrack(new FakeTrack(id)));

  it("publishes once, mutes before it lets go, and shows again what it has", async () => {
    const { sender, log } = sending();
    sender.send(undefined, true);
    sender.send(one, false);
    await vi.waitFor(() => expect(log).toEqual(["publish one"]));
    sender.send(undefined, true);
    await vi.waitFor(() => expect(log.slice(1)).toEqual(["mute", "replace nothing"]));
    sender.send(two, false);
    await vi.waitFor(() => expect(log.slice(3)).toEqual(["replace two", "unmute"]));
  });

  it("does what is wanted last", async () => {
    const { sender, log } = sending();
    sender.send(one, false);
    sender.send(undefined, true);
    sender.send(two, true);
    await vi.waitFor(() => expect(log).toEqual(["publish two muted"]));
  });

  it("publishes anew what the room has withdrawn, and tells what fails", async () => {
    const { room, sender, log, publications, failed } = sending();
    sender.send(one, false);
    await vi.waitFor(() => expect(log).toEqual(["publish one"]));
    publications.clear();
    sender.send(two, false);
    await vi.waitFor(() => expect(log).toEqual(["publish one", "publish two"]));
    publications.clear();
    Object.assign(room, { publish: () => Promise.reject(new Error("no")) });
    sender.send(one, false);
    await vi.waitFor(() => expect(failed).toHaveBeenCalledOnce());
  });
});

describe("the chat", () => {
  function chatting() {
    const listeners = new Map<string, (line: unknown) => void>();
    const said: string[] = [];
    const room = {
      chat: [] as unknown[],
      you: { id: "me" },
      on: (name: string, listener: (line: unknown) => void) => listeners.set(name, listener),
      say: (words: string) => said.push(words) > 0,
    };
    const heard = vi.fn();
    const chat = new Chat(room as unknown as Room, heard);
    const hear = (participantId: string) => {
      const line = { participantId, name: participantId, text: "hello", time: 0 };
      room.chat = [...room.chat, line];
      listeners.get("chat")?.(line);
    };
    return { chat, hear, heard, said };
  }

  it("counts what others write while it is not shown", () => {
    const { chat, hear, heard } = chatting();
    for (const who of ["bob", "me", "eve"]) hear(who);
    expect([chat.unread.value, heard.mock.calls.length]).toEqual([2, 2]);
    chat.show(true);
    hear("bob");
    expect([chat.unread.value, chat.lines.value.length]).toEqual([0, 4]);
  });

  it("says nothing empty, and no more than the relay takes", () => {
    const { chat, said } = chatting();
    expect(chat.say("  ")).toBe(false);
    expect(chat.say(` ${"x".repeat(MAX_LINE + 9)}`)).toBe(true);
    expect(said.map(({ length }) => length)).toEqual([MAX_LINE]);
  });
});

describe("notices", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("go by themselves, and are never many nor twice the same", () => {
    const notices = new Notices();
    for (const text of ["a", "b", "b", "c", "d", "e"]) notices.say(text);
    notices.say("f", { isTrouble: true });
    expect(notices.list.value.map(({ text }) => text)).toEqual(["c", "d", "e", "f"]);
    vi.advanceTimersByTime(9_000);
    expect(notices.list.value.map(({ text }) => text)).toEqual(["f"]);
    vi.advanceTimersByTime(10_000);
    expect(notices.list.value).toEqual([]);
  });
});
