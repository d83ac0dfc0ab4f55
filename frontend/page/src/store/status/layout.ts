import type { Graph, Line } from "./graph.ts";

/** Lines drawn at once; of more one sees nothing, and they take time. */
export const MOST_LINES = 600;
/** Rows from which on they are low, with one line of text. */
const MANY_ROWS = 16;
/** Parts of a row between two tracks of one sender. */
const STEP = 0.22;
/** Parts of a row that all tracks of one sender take at most. */
const SPREAD = 0.7;
/** Parts of a row between the middle of a receiver and where a kind arrives. */
const ARRIVAL = { video: -0.1, audio: 0.1 } as const;

/** A line as it is drawn, in a space 100 wide, and one high for each row. */
export interface Stroke {
  readonly line: Line;
  readonly path: string;
  /** Pixels. */
  readonly width: number;
}

/** All that one person sends or receives, led to or from the middle. */
export interface Bundle {
  readonly id: string;
  readonly path: string;
  /** Pixels. */
  readonly width: number;
}

/** What the drawing of one room needs to know. */
export interface Layout {
  readonly rows: number;
  readonly dense: boolean;
  readonly strokes: readonly Stroke[];
  /** Instead of the strokes, where those are too many. */
  readonly bundles: readonly Bundle[];
}

/** Place senders and receivers in rows, both columns centred, and lead lines between them. */
export function layoutOf(graph: Graph): Layout {
  const rows = Math.max(graph.senders.length, graph.receivers.length, 1);
  const [strokes, bundles] = [strokesOf(graph, rows), bundlesOf(graph, rows)];
  return { rows, dense: rows > MANY_ROWS, strokes, bundles };
}

function strokesOf({ senders, receivers, lines }: Graph, rows: number): readonly Stroke[] {
  const starts = new Map<string, number>();
  senders.forEach(({ sent }, index) => {
    const middle = middleOf(index, senders.length, rows);
    const step = Math.min(STEP, SPREAD / sent.length);
    sent.forEach(({ track }, place) => {
      starts.set(track.id, middle + (place - (sent.length - 1) / 2) * step);
    });
  });
  const ends = new Map(
    receivers.map(({ id }, index) => [id, middleOf(index, receivers.length, rows)]),
  );
  // Sound lies below: there is more of it, and pictures are what one looks for.
  const ordered = [...lines].sort((one, other) => one.kind.localeCompare(other.kind));
  return ordered.map((line) => {
    const start = starts.get(line.track) ?? 0;
    const end = (ends.get(line.to) ?? 0) + ARRIVAL[line.kind];
    return { line, path: curve(start, end), width: widthOf(line.bitrate) };
  });
}

function bundlesOf({ senders, receivers }: Graph, rows: number): readonly Bundle[] {
  const hub = rows / 2;
  const arriving = senders.map(({ id, sent }, index) => ({
    id: `from ${id}`,
    path: curve(middleOf(index, senders.length, rows), hub, 0, 50),
    width: widthOf(sent.reduce((sum, { bitrate }) => sum + bitrate, 0)),
  }));
  const leaving = receivers.map(({ id, bitrate }, index) => ({
    id: `to ${id}`,
    path: curve(hub, middleOf(index, receivers.length, rows), 50, 100),
    width: widthOf(bitrate),
  }));
  return [...arriving, ...leaving];
}

/** Which strokes are drawn: those chosen, or all, or none where they are too many. */
export function drawn(
  strokes: readonly Stroke[],
  chosen: string | undefined,
  kinds: ReadonlySet<string>,
): readonly Stroke[] {
  const shown = strokes.filter(({ line }) => kinds.has(line.kind));
  if (chosen !== undefined && shown.length > MOST_LINES) {
    return shown.filter(({ line }) => touches(line, chosen));
  }
  return shown.length > MOST_LINES ? [] : shown;
}

/** Whether somebody is at an end of a line. */
export function touches(line: Line, who: string): boolean {
  return line.from === who || line.to === who;
}

/** Pixels for a bit rate: the difference between 50 kbit/s and 5 Mbit/s has to be seen. */
export function widthOf(bitrate: number): number {
  return Math.min(1.2 + 1.7 * Math.log10(1 + bitrate / 50_000), 8);
}

function middleOf(index: number, count: number, rows: number): number {
  return (rows - count) / 2 + index + 0.5;
}

function curve(start: number, end: number, left = 0, right = 100): string {
  const [from, to] = [start.toFixed(3), end.toFixed(3)];
  const bend = (right - left) / 20;
  const [leaves, arrives] = [left + 9 * bend, left + 11 * bend];
  return `M${left} ${from}C${leaves} ${from} ${arrives} ${to} ${right} ${to}`;
}
