import { describe, expect, it } from "vitest";
import { bits, milliseconds, percent } from "../src/store/amount.ts";
import { pauseAfter } from "../src/store/status/follow.ts";
import { type Graph, graphsOf, type State } from "../src/store/status/graph.ts";
import { drawn, layoutOf, MOST_LINES, widthOf } from "../src/store/status/layout.ts";
import { mapOf } from "../src/store/status/relays.ts";
import type {
  Consumer,
  Kind,
  Relay,
  Report,
  Room,
  Track,
  Transport,
} from "../src/store/status/report.ts";

const BOTH = new Set<Kind>(["video", "audio"]);

const track = (id: string, kind: Kind = "video", more: Partial<Track> = {}): Track => ({
  id,
  kind,
  codec: "VP8",
  source: "camera",
  muted: false,
  stalled: false,
  layers: [],
  ...more,
});

const consumer = (of: string | null, bitrate: number | null, paused = false): Consumer => ({
  mid: "0",
  kind: "video",
  track: of,
  bitrate,
  loss: null,
  paused,
  rtt: null,
});

const transport = (participant: string, more: Partial<Transport> = {}): Transport => ({
  room: "studio",
  participant,
  role: "client",
  name: participant,
  connected: true,
  remote: null,
  protocol: "udp",
  producers: [],
  consumers: [],
  ...more,
});

const guest = (name: string, ...tracks: Track[]): Room["participants"][number] => ({
  id: name,
  name,
  role: "client",
  publishing: true,
  remote: false,
  tracks,
});

function report(participants: Room["participants"], ...transports: Transport[]): Report {
  const lost = { datagramsDropped: 0, datagramsUnsent: 0, batchesDropped: 0 };
  const statistics = { transports, trunks: [], ...lost };
  const rooms = [{ name: "studio", participants, viewers: 0 }];
  return { version: "1", relays: [], rooms, statistics };
}

function only(graphs: readonly Graph[]): Graph {
  const [graph, ...others] = graphs;
  if (graph === undefined || others.length > 0) throw new Error("one room");
  return graph;
}

/** So many people who all see each other. */
function crowd(size: number): Graph {
  const names = Array.from({ length: size }, (_, index) => `p${index}`);
  return only(
    graphsOf(
      report(
        names.map((name) => guest(name, track(`t-${name}`))),
        ...names.map((name) =>
          transport(name, {
            consumers: names
              .filter((other) => other !== name)
              .map((other) => consumer(`t-${other}`, 1)),
          }),
        ),
      ),
    ),
  );
}

describe("the graph of a room", () => {
  it("leads from who sends to who receives", () => {
    const graph = only(
      graphsOf(
        report(
          [guest("ann", track("camera")), guest("bob")],
          transport("ann", { producers: [{ ...consumer("camera", 9_000), mid: "1" }] }),
          transport("bob", { consumers: [consumer("camera", 8_000), consumer(null, null)] }),
        ),
      ),
    );
    expect(graph.senders.map(({ name, sent }) => [name, sent[0]?.bitrate])).toEqual([
      ["ann", 9_000],
    ]);
    expect(graph.receivers.map(({ id, bitrate }) => [id, bitrate])).toEqual([
      ["ann", 0],
      ["bob", 8_000],
    ]);
    expect(graph.lines.map(({ from, to, state }) => [from, to, state])).toEqual([
      ["ann", "bob", "flowing"],
    ]);
  });

  it("takes the viewers of one sender together", () => {
    const watching = (number: number, bitrate: number) =>
      transport(`v${number}`, {
        role: "viewer",
        name: null,
        consumers: [{ ...consumer("camera", bitrate), loss: number / 10, rtt: number }],
      });
    const graph = only(
      graphsOf(report([guest("ann", track("camera"))], watching(1, 10), watching(2, 20))),
    );
    expect(graph.receivers.at(-1)).toEqual({
      id: "viewers ann",
      name: undefined,
      count: 2,
      bitrate: 30,
    });
    expect(graph.lines).toMatchObject([{ bitrate: 30, loss: 0.2, roundTrip: 2 }]);
  });

  it.each<[State, Partial<Track>, boolean, number]>([
    ["paused", { stalled: true }, true, 0],
    ["muted", { muted: true }, false, 0],
    ["stalled", { stalled: true }, false, 0],
    ["silent", {}, false, 0],
    ["flowing", {}, false, 1],
  ])("says that a line is %s", (state, more, paused, bitrate) => {
    const graph = only(
      graphsOf(
        report(
          [guest("ann", track("camera", "video", more))],
          transport("bob", { role: "viewer", consumers: [consumer("camera", bitrate, paused)] }),
        ),
      ),
    );
    expect(graph.lines.map((line) => line.state)).toEqual([state]);
  });

  it("puts pictures before sounds", () => {
    const graph = only(graphsOf(report([guest("ann", track("a", "audio"), track("v"))])));
    expect(graph.senders[0]?.sent.map((sent) => sent.track.id)).toEqual(["v", "a"]);
  });
});

const ofFirst = ({ from }: { from: string }) => from === "p0";

describe("the layout", () => {
  it("centres the shorter column", () => {
    const graph = crowd(3);
    const [senders, lines] = [graph.senders.slice(0, 1), graph.lines.filter(ofFirst)];
    const layout = layoutOf({ ...graph, senders, lines });
    expect(layout.rows).toBe(3);
    expect(layout.strokes.map(({ path }) => path)).toEqual([
      "M0 1.500C45 1.500 55 1.400 100 1.400",
      "M0 1.500C45 1.500 55 2.400 100 2.400",
    ]);
  });

  it("bounds the lines: all, or those of whom one looks at, or none", () => {
    const few = layoutOf(crowd(12)).strokes;
    expect(drawn(few, undefined, BOTH)).toHaveLength(132);
    expect(drawn(few, "p1", BOTH)).toHaveLength(132);
    expect(drawn(few, undefined, new Set<Kind>(["audio"]))).toEqual([]);
    const { strokes, bundles, dense } = layoutOf(crowd(40));
    expect(strokes.length).toBeGreaterThan(MOST_LINES);
    expect(drawn(strokes, undefined, BOTH)).toEqual([]);
    expect(drawn(strokes, "p1", BOTH)).toHaveLength(78);
    expect(bundles).toHaveLength(80);
    expect(dense).toBe(true);
  });

  it("bears an empty room", () => {
    expect(layoutOf({ room: "r", senders: [], receivers: [], lines: [] }).rows).toBe(1);
  });

  it("draws more as wider, within bounds", () => {
    const widths = [0, 32_000, 300_000, 3_000_000, 1e12].map(widthOf);
    expect(widths).toEqual(widths.toSorted((a, b) => a - b));
    expect(widths[0]).toBeGreaterThan(1);
    expect(widths.at(-1)).toBe(8);
  });
});

describe("amounts", () => {
  it("are told in the unit that fits", () => {
    expect([0, 300, 31_900, 999_499, 999_500, 2_540_000, 1.2e9].map(bits)).toEqual([
      "–",
      "1 kbit/s",
      "32 kbit/s",
      "999 kbit/s",
      "1.0 Mbit/s",
      "2.5 Mbit/s",
      "1.2 Gbit/s",
    ]);
    expect([undefined, 0, 0.0123].map(percent)).toEqual(["–", "0.0 %", "1.2 %"]);
    expect([undefined, 0.0004, 0.0126].map(milliseconds)).toEqual(["–", "< 1 ms", "13 ms"]);
  });
});

const relay = (
  name: string,
  edges: Record<string, [number | null, number]>,
  silent = false,
): Relay => ({
  relay: name,
  name,
  edges: Object.entries(edges).map(([to, [rtt, tracks]]) => ({ relay: to, rtt, tracks, silent })),
});

describe("how often is looked", () => {
  it("is twice a second, and less where answers take long", () => {
    expect([0, 20, 125].map(pauseAfter)).toEqual([500, 500, 500]);
    expect([126, 330, 5_000].map(pauseAfter)).toEqual([504, 1_320, 5_000]);
  });
});

describe("the map of relays", () => {
  const ring = [
    relay("a", { e: [0.01, 0], b: [0.01, 2] }),
    relay("b", { a: [0.02, 1], c: [null, 0] }),
    relay("c", { d: [null, 0], b: [null, 0] }),
    relay("d", { c: [0.03, 0], e: [0.03, 0] }),
    relay("e", { d: [0.03, 0], a: [0.03, 0] }),
  ];

  it("draws a ring as a ring", () => {
    const { places, trunks } = mapOf(ring);
    expect(places.map(({ name }) => name).join("")).toBe("aedcb");
    expect(places.map(({ here }) => here)).toEqual([true, false, false, false, false]);
    expect(trunks.map(({ id }) => id)).toEqual(["a e", "a b", "e d", "d c", "c b"]);
  });

  it("says how long a way is and what crosses, both ways", () => {
    const found = mapOf(ring).trunks.find(({ id }) => id === "a b");
    expect(found).toMatchObject({ roundTrip: 0.01, there: 2, back: 1 });
    expect(mapOf(ring).trunks.at(-1)).toMatchObject({ roundTrip: undefined, there: 0, back: 0 });
  });

  it("tells how a trunk is used, and when one end hears nothing of the other", () => {
    const use = (there: number, back: number, silent: readonly string[] = []) =>
      mapOf([
        relay("a", { b: [0.01, there] }, silent.includes("a")),
        relay("b", { a: [0.01, back] }, silent.includes("b")),
      ]).trunks[0]?.use;
    expect([use(0, 0), use(1, 0), use(0, 1)]).toEqual(["idle", "flowing", "flowing"]);
    expect([use(0, 1, ["a"]), use(0, 0, ["b"])]).toEqual(["silent", "silent"]);
  });

  it("leaves out a trunk that one end has lost", () => {
    const pair = [relay("a", { b: [0.01, 1] }), relay("b", {})];
    expect(mapOf(pair).trunks).toEqual([]);
    expect(mapOf([relay("a", { gone: [0.01, 1] })]).places).toHaveLength(1);
  });
});

describe("a participant of another relay", () => {
  it("sends what comes over a trunk, and receives nothing here", () => {
    const far = { ...guest("far", track("camera")), remote: true };
    const told = report([far, guest("ann")]);
    const producer = { mid: "0", kind: "video", track: "camera", bitrate: 50, loss: null } as const;
    const trunks = [{ relay: "r", name: "R", producers: [producer], consumers: [] }];
    const graph = only(graphsOf({ ...told, statistics: { ...told.statistics, trunks } }));
    expect(graph.senders[0]?.sent[0]).toMatchObject({ bitrate: 50, state: "flowing" });
    expect(graph.receivers.map(({ id }) => id)).not.toContain("far");
  });

  it("is sent by a relay what that relay's viewers want", () => {
    const sent = { ...consumer("camera", 40), mid: "1" };
    const idle = { ...consumer("other", 40, true), mid: "2" };
    const trunks = [{ relay: "r", name: "Roof", producers: [], consumers: [sent, idle] }];
    const told = report([guest("ann", track("camera"))]);
    const graph = only(graphsOf({ ...told, statistics: { ...told.statistics, trunks } }));
    expect(graph.receivers.at(-1)).toMatchObject({ id: "relay r", name: "Roof", bitrate: 40 });
    expect(graph.lines).toMatchObject([{ from: "ann", to: "relay r", state: "flowing" }]);
  });
});
