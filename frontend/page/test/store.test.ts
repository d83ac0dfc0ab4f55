import type { Sample, ViewerState } from "@trunkline/sdk";
import { describe, expect, it } from "vitest";
import { figures } from "../src/store/figures.ts";
import { isName } from "../src/store/name.ts";
import { placeOf, programBase } from "../src/store/place.ts";
import { suggestion } from "../src/store/room-name.ts";
import { roomsOf } from "../src/store/rooms.ts";
import { flowAfter, nothingYet, stageOf } from "../src/store/stage.ts";

const sample = (frames: number, audioBytes = 0): Sample => ({
  at: 0,
  width: 640,
  height: 360,
  frames,
  videoBytes: 0,
  audioBytes,
  received: 0,
  lost: 0,
  videoCodec: "VP8",
  audioCodec: undefined,
  roundTrip: 0.0004,
});

const connected: ViewerState = { phase: "connected" };

describe("placeOf", () => {
  it("finds the endpoints, behind a prefix too", () => {
    expect(placeOf(new URL("https://h:1/tv/watch/caf%C3%A9?participant=a%20b"))).toEqual({
      room: "café",
      participant: "a b",
      whep: "https://h:1/tv/whep/caf%C3%A9/a%20b",
      base: "https://h:1/tv",
      home: "/tv/",
    });
  });

  it("bears a broken escape", () => {
    expect(placeOf(new URL("http://h/watch/%zz")).room).toBe("%zz");
  });
});

describe("programBase", () => {
  it("is the port without TLS, where there is one", () => {
    expect(programBase("https://h:8443/tv", 8080)).toBe("http://h:8080/tv");
    expect(programBase("https://[fd00::1]:8443", 8080)).toBe("http://[fd00::1]:8080");
    expect(programBase("https://h:8443", null)).toBe("https://h:8443");
    expect(programBase("http://h:8080/tv", 8081)).toBe("http://h:8080/tv");
  });
});

describe("the stage", () => {
  it("waits for a picture, shows it, and says when it stops", () => {
    expect(stageOf(connected, nothingYet).kind).toBe("starting");
    const moving = flowAfter(nothingYet, sample(1), 1_000);
    expect(stageOf(connected, moving).kind).toBe("playing");
    const still = flowAfter(moving, sample(1), 3_900);
    expect(stageOf(connected, still).kind).toBe("playing");
    const stopped = flowAfter(still, sample(1), 4_100);
    expect(stageOf(connected, stopped).kind).toBe("paused");
    expect(stageOf(connected, flowAfter(stopped, sample(2), 9_000)).kind).toBe("playing");
  });

  it("says that there is sound only", () => {
    expect(stageOf(connected, flowAfter(nothingYet, sample(0, 500), 1)).kind).toBe("sound");
  });

  it("tells a blocked media port from a lost connection", () => {
    const lost = (reason: string) => stageOf({ phase: "lost", reason }, nothingYet).kind;
    expect(lost("never-connected")).toBe("unreachable");
    expect(lost("failed")).toBe("reconnecting");
  });

  it("passes on why it was refused", () => {
    const state: ViewerState = { phase: "refused", status: 422, reason: "No shared codec." };
    expect(stageOf(state, nothingYet)).toEqual({ kind: "refused", reason: "No shared codec." });
  });
});

describe("figures", () => {
  it("has a dash for what is not known", () => {
    expect(figures(undefined, undefined).map(([, value]) => value)).toEqual(Array(6).fill("–"));
  });

  it("reads well", () => {
    const rate = { framesPerSecond: 29.7, kilobitsPerSecond: 1234, loss: 0.0212 };
    expect(Object.fromEntries(figures(sample(3), rate))).toEqual({
      Picture: "640 × 360",
      Frames: "30 /s",
      "Bit rate": "1.2 Mbit/s",
      Loss: "2.1 %",
      "Round trip": "< 1 ms",
      Codec: "VP8",
    });
  });
});

it("lists who publishes", () => {
  const tracks = [
    { kind: "audio", codec: "opus" },
    { kind: "video", codec: "VP8" },
    { kind: "video", codec: null },
  ];
  const rooms = roomsOf({
    rooms: [
      {
        name: "demo",
        viewers: 2,
        participants: [
          { id: "p1", name: "ann", publishing: true, tracks },
          { id: "p2", name: "bob", publishing: false, tracks: [] },
        ],
      },
    ],
  });
  expect(rooms).toEqual([
    {
      name: "demo",
      people: 2,
      viewers: 2,
      publishers: [{ id: "p1", name: "ann", codecs: ["VP8", "opus"] }],
    },
  ]);
});

describe("names of rooms", () => {
  it("are what the relay takes", () => {
    for (const good of ["team", "Küche 🍳", "x".repeat(64), "a.b", "👩\u200d🍳", "می\u200cشود"])
      expect(isName(good)).toBe(true);
    for (const bad of [
      "",
      ".",
      "..",
      "a/b",
      "x".repeat(65),
      "a\nb",
      "stu\u200ddio",
      "\u200dü",
      "ü\u200c",
    ]) {
      expect(isName(bad)).toBe(false);
    }
  });

  it("are suggested out of many", () => {
    const lowest = suggestion(() => 0);
    const highest = suggestion((below) => below - 1);
    expect([lowest, highest].every(isName)).toBe(true);
    expect(lowest).toMatch(/^\p{L}+-\p{L}+-10$/u);
    expect(highest).toMatch(/^\p{L}+-\p{L}+-99$/u);
  });
});
