import type { Participant, Track } from "@trunkline/sdk";
import { describe, expect, it } from "vitest";
import { isolated } from "../src/store/call/bidi.ts";
import { happenings } from "../src/store/call/coming.ts";
import { levelOf } from "../src/store/call/level.ts";
import { piecesOf } from "../src/store/call/links.ts";
import { linesOf } from "../src/store/call/measures.ts";
import { Memory } from "../src/store/call/memory.ts";
import { callPlaceOf, invitation } from "../src/store/call/place.ts";
import { EMPTY, seat } from "../src/store/call/seating.ts";
import { Streams } from "../src/store/call/streams.ts";
import { type Tile, tilesOf, viewersOf } from "../src/store/call/tiles.ts";
import { wishesOf } from "../src/store/call/wishes.ts";
import { isName } from "../src/store/name.ts";
import { initialsOf } from "../src/ui/call/avatar.tsx";

const person = (id: string, more: Partial<Participant> = {}): Participant => ({
  id,
  name: id,
  handRaised: false,
  role: "client",
  away: false,
  ...more,
});

const track = (id: string, more: Partial<Track> = {}): Track => ({
  id,
  kind: "video",
  source: "camera",
  participantId: "ann",
  streamId: "s",
  muted: false,
  stalled: false,
  codec: "VP8",
  layers: [],
  ...more,
});

const byId = <One extends { id: string }>(...all: One[]) =>
  new Map(all.map((one) => [one.id, one]));

describe("the address", () => {
  it("says room, name and how to enter, behind a prefix too", () => {
    expect(callPlaceOf(new URL("https://h:1/tv/sfu?room=caf%C3%A9&name=Ann&join=now"))).toEqual({
      room: "café",
      name: "Ann",
      entry: "now",
      base: "https://h:1/tv",
    });
    expect(callPlaceOf(new URL("http://h/sfu?room=a&join=viewer")).entry).toBe("viewer");
    expect(callPlaceOf(new URL("http://h/sfu?room=a&join=tomorrow")).entry).toBe("lobby");
  });

  it("leads to the lobby where no room is named", () => {
    expect(callPlaceOf(new URL("http://h/sfu?join=now"))).toMatchObject({
      room: "",
      entry: "lobby",
      base: "http://h",
    });
  });

  it("invites others to the room, and to nothing else", () => {
    expect(invitation("https://h/tv", "a b&c")).toBe("https://h/tv/sfu?room=a%20b%26c");
  });
});

describe("names", () => {
  it("are those that the relay takes", () => {
    expect(["Ann", "李", "a b", "…"].map(isName)).toEqual([true, true, true, true]);
    expect(["", "..", "a/b", "a\nb", "x".repeat(65)].some(isName)).toBe(false);
  });

  it("have initials as people write them", () => {
    expect(initialsOf("Marie-Claire Dupont")).toBe("MD");
    expect(initialsOf("李小龍")).toBe("李");
    expect(initialsOf("👩‍🚀 ann")).toBe("👩‍🚀A");
    expect(initialsOf("")).toBe("");
  });

  it("leave the sentence around them as it is", () => {
    expect(isolated("Ann")).toBe("Ann");
    expect(isolated("محمد")).toBe("\u2068محمد\u2069");
  });
});

describe("the memory", () => {
  const storage = (kept: string | null) => {
    const said: string[] = [];
    return { said, getItem: () => kept, setItem: (_: string, value: string) => said.push(value) };
  };

  it("keeps what was said", () => {
    const place = storage(null);
    new Memory(place).keep({ name: "Ann" });
    expect(JSON.parse(place.said[0] ?? "")).toMatchObject({ name: "Ann", cameraOn: true });
  });

  it("takes of an older page only what fits", () => {
    const kept = storage('{"name":"Ann","camera":7,"cameraOn":false}');
    expect(new Memory(kept).value).toMatchObject({ name: "Ann", camera: "", cameraOn: false });
    for (const broken of ["{", "null", "[]", '"x"']) {
      expect(new Memory(storage(broken)).value.name).toBe("");
    }
  });

  it("does without a storage, and with a full one", () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error("full");
      },
    };
    for (const memory of [new Memory(undefined), new Memory(full)]) {
      memory.keep({ name: "Ann" });
      expect(memory.value.name).toBe("Ann");
    }
  });
});

describe("tiles", () => {
  it("are one for each person who sends, and one for each screen", () => {
    const people = byId(person("ann", { handRaised: true }), person("bob"), person("eve"));
    const tracks = byId(
      track("face"),
      track("voice", { kind: "audio", source: "microphone" }),
      track("screen", { source: "screen", streamId: "t" }),
      track("sound", { kind: "audio", source: "screen-audio", streamId: "t" }),
      track("other", { participantId: "bob", kind: "audio", source: "microphone", muted: true }),
    );
    const tiles = tilesOf(people, tracks);
    expect(tiles.map(({ key, kind }) => [key, kind])).toEqual([
      ["ann", "person"],
      ["screen", "shared"],
      ["bob", "person"],
    ]);
    expect(tiles.map(({ audio }) => audio.map(({ id }) => id))).toEqual([
      ["voice"],
      ["sound"],
      ["other"],
    ]);
    expect(tiles.map(({ handRaised }) => handRaised)).toEqual([true, false, false]);
    expect(tiles.map(({ silent }) => silent)).toEqual([false, false, true]);
    expect(viewersOf(people, tracks).map(({ id }) => id)).toEqual(["eve"]);
  });

  it("show no picture of a camera that is off, and are the same tile", () => {
    const [tile] = tilesOf(
      byId(person("ann")),
      byId(track("face", { muted: true, stalled: true })),
    );
    expect(tile).toMatchObject({ key: "ann", video: undefined, stalled: false });
  });

  it("do not lose sound that comes without its picture, nor a second camera", () => {
    const tracks = byId(
      track("sound", { kind: "audio", source: "screen-audio" }),
      track("one", { source: "unspecified" }),
      track("two", { source: "unspecified" }),
    );
    const tiles = tilesOf(byId(person("ann")), tracks);
    expect(tiles.map(({ key }) => key)).toEqual(["ann", "two"]);
    expect(tiles[0]?.audio.map(({ id }) => id)).toEqual(["sound"]);
  });
});

describe("the seating", () => {
  const speak = (...keys: string[]) => keys;

  it("keeps everybody's place", () => {
    const first = seat(EMPTY, ["a", "b", "c"], [], 2);
    const then = seat(first, ["b", "c", "d"], speak("b"), 2);
    expect([first.order, then.order]).toEqual([
      ["a", "b", "c"],
      ["b", "c", "d"],
    ]);
  });

  it("brings forward who speaks unseen, for who has been silent longest", () => {
    let seating = seat(EMPTY, ["a", "b", "c", "d"], speak("a"), 2);
    seating = seat(seating, ["a", "b", "c", "d"], speak("d"), 2);
    expect(seating.order).toEqual(["a", "d", "c", "b"]);
    seating = seat(seating, ["a", "b", "c", "d"], speak("c"), 2);
    expect(seating.order).toEqual(["c", "d", "a", "b"]);
  });

  it("knows nobody who is gone, and bears that nobody is seen", () => {
    const seating = seat(EMPTY, ["a"], speak("gone", "a"), 0);
    expect([...seating.spoke.keys()]).toEqual(["a"]);
    expect(seat(seating, [], speak("a"), 1)).toMatchObject({ order: [], spoke: new Map() });
  });
});

describe("what is wanted", () => {
  const tile = (key: string): Tile => {
    const [one] = tilesOf(byId(person(key)), byId(track(`${key}-v`, { participantId: key })));
    if (one === undefined) throw new Error("no tile");
    return one;
  };
  const tiles = ["a", "b"].map(tile);
  const scene = {
    boxes: new Map([["a", { left: 0, top: 0, width: 400, height: 300 }]]),
    focus: undefined,
    own: { left: 0, top: 0, width: 0, height: 0, place: "corner" as const },
    page: 0,
    pages: 2,
  };
  const looking = { hidden: false, floating: undefined, ratio: 1 };

  it("is as large as what is seen", () => {
    const wishes = wishesOf(tiles, scene, looking, () => false);
    expect(wishes.get("a-v")).toEqual({ width: 320, height: 256 });
    const fine = wishesOf(tiles, scene, { ...looking, ratio: 2 }, () => false);
    expect(fine.get("a-v")).toEqual({ width: 640, height: 480 });
  });

  it("is nothing of what was never seen, and a pause for what was", () => {
    expect(wishesOf(tiles, scene, looking, () => false).get("b-v")).toBeNull();
    expect(wishesOf(tiles, scene, looking, () => true).get("b-v")).toEqual({ paused: true });
  });

  it("is only what floats while nobody looks at the page", () => {
    const away = { ...looking, hidden: true, floating: "b" };
    const wishes = wishesOf(tiles, scene, away, () => true);
    expect([...wishes.values()]).toEqual([{ paused: true }, {}]);
  });
});

describe("the streams", () => {
  it("stay the same while what comes changes", () => {
    const stream = () => {
      const tracks = new Set<unknown>();
      return {
        getTracks: () => [...tracks],
        addTrack: (one: unknown) => tracks.add(one),
        removeTrack: (one: unknown) => tracks.delete(one),
      } as unknown as MediaStream;
    };
    const streams = new Streams(stream);
    const tiles = tilesOf(byId(person("ann")), byId(track("face")));
    const media = {} as MediaStreamTrack;
    const come = new Map([["face", { track: track("face"), media, stream: {} as MediaStream }]]);
    const first = streams.update(tiles, new Map()).get("ann");
    const then = streams.update(tiles, come).get("ann");
    expect(then).toBe(first);
    expect(then?.getTracks()).toEqual([media]);
    expect(streams.update(tiles, new Map()).get("ann")?.getTracks()).toEqual([]);
    expect(streams.update([], come).size).toBe(0);
  });
});

describe("what people did", () => {
  it("is that they came, left, or raised a hand", () => {
    const before = byId(person("ann"), person("bob"));
    const after = byId(person("bob", { handRaised: true }), person("eve"));
    expect(happenings(before, after)).toEqual([
      { type: "left", name: "ann" },
      { type: "hand", name: "bob" },
      { type: "came", name: "eve" },
    ]);
    expect(happenings(after, after)).toEqual([]);
  });
});

describe("a line of chat", () => {
  it("has addresses that can be followed, without the marks after them", () => {
    expect(piecesOf("See https://a.example/b?c=1. (http://d.example/)")).toEqual([
      { text: "See ", href: undefined },
      { text: "https://a.example/b?c=1", href: "https://a.example/b?c=1" },
      { text: ". (", href: undefined },
      { text: "http://d.example/", href: "http://d.example/" },
      { text: ")", href: undefined },
    ]);
  });

  it("has none that lead elsewhere than to the web", () => {
    const line = "javascript:alert(1) http:// https://";
    expect(piecesOf(line)).toEqual([{ text: line, href: undefined }]);
    expect(piecesOf("")).toEqual([]);
  });
});

describe("measures", () => {
  it("are lines for people, with the size that is sent", () => {
    const figures = {
      trackId: "t",
      direction: "receiving" as const,
      width: 640,
      height: 360,
      framesPerSecond: 29.6,
      bitsPerSecond: 512_345,
      loss: 0.0123,
      roundTrip: 0.4,
      codec: "VP8",
    };
    const layers = ["q", "h"].map((rid) => ({ rid, width: 0, height: 0 }));
    expect(linesOf(figures, layers, 1).map(([, value]) => value)).toEqual([
      "640 × 360",
      "30 /s",
      "512 kbit/s",
      "1.2 %",
      "< 1 ms",
      "VP8",
      "2 / 2",
    ]);
    const unknown = { bitsPerSecond: undefined, loss: undefined, codec: undefined };
    expect(linesOf({ ...figures, ...unknown }, [], undefined)).toHaveLength(6);
    expect(linesOf(undefined, [], undefined)).toHaveLength(1);
  });

  it("of a voice go from silence to the loudest there is", () => {
    expect(levelOf(new Float32Array(8))).toBe(0);
    expect(levelOf(new Float32Array(8).fill(1))).toBeCloseTo(1);
    expect(levelOf(new Float32Array(8).fill(0.03))).toBeGreaterThan(0.4);
  });
});
