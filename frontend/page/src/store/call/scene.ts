import { bestGrid, capacity, GAP, type Grid, type Size } from "./grid.ts";

/** A place in the area for tiles, from its upper left corner. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** What is seen of a call, and where. */
export interface Scene {
  /** By the tile's key; those that are not seen are missing. */
  readonly boxes: ReadonlyMap<string, Box>;
  /** Which of them is the large one, if one is. */
  readonly focus: string | undefined;
  /** One's own picture: small above the corner, in the line of small ones, or alone. */
  readonly own: Box & { readonly place: "corner" | "line" | "alone" };
  readonly page: number;
  readonly pages: number;
}

/** The share of somebody's tile that one's own picture may lie above. */
const MOST_HIDDEN = 0.15;
/** Smaller areas have no room for a line of small tiles. */
const LEAST: Size = { width: 180, height: 150 };

/**
 * Place tiles so that they always fit.
 *
 * @param order keys of all tiles
 * @param focus the one to be large, if any
 * @param page which of the pages; the nearest one that there is
 * @param hasOwn whether one's own picture needs a place
 */
export function sceneOf(
  order: readonly string[],
  focus: string | undefined,
  area: Size,
  page: number,
  hasOwn = true,
): Scene {
  const isWide = area.width >= LEAST.width && area.height >= LEAST.height;
  if (isWide && focus !== undefined && order.includes(focus)) {
    return focused(order, focus, area, page, hasOwn);
  }
  if (order.length === 0) return alone(area);
  const shown = capacity(order.length, area);
  const { tiles, ...paged } = pageOf(order, shown, page);
  const grid = hasOwn ? roomyGrid(shown, area) : bestGrid(shown, area);
  const own = hasOwn ? corner(area, grid) : nowhere(area);
  const boxes = new Map(
    tiles.map((key, index) => [key, cell(grid, area, index, tiles.length, own)]),
  );
  return { ...paged, boxes, focus: undefined, own };
}

/** The best grid; one with a free place, if one's own picture would hide much of somebody else's. */
function roomyGrid(shown: number, area: Size): Grid {
  const best = bestGrid(shown, area);
  const last = cell(best, area, shown - 1, shown, corner(area, best));
  const hidden = common(last, corner(area, best)) / (best.width * best.height);
  return hidden > MOST_HIDDEN ? bestGrid(shown + 1, area) : best;
}

/** Pixels that two boxes have in common. */
function common(one: Box, other: Box): number {
  const along = (start: "left" | "top", length: "width" | "height") => {
    const end = Math.min(one[start] + one[length], other[start] + other[length]);
    return Math.max(0, end - Math.max(one[start], other[start]));
  };
  return along("left", "width") * along("top", "height");
}

/** How many of `count` people are seen at one time. */
export function placesIn(count: number, hasFocus: boolean, area: Size, hasOwn = true): number {
  if (!hasFocus) return capacity(count, area);
  return Math.max(1, lineOf(area).count - (hasOwn ? 1 : 0));
}

function focused(
  order: readonly string[],
  focus: string,
  area: Size,
  page: number,
  hasOwn: boolean,
): Scene {
  const line = lineOf(area);
  const rest = order.filter((key) => key !== focus);
  const { tiles, ...paged } = pageOf(rest, placesIn(order.length, true, area, hasOwn), page);
  // One's own picture has the last place of the line; where there is but one, others have it.
  const fits = hasOwn && tiles.length < line.count;
  const used = tiles.length + (fits ? 1 : 0);
  const boxes = new Map(tiles.map((key, index) => [key, inLine(line, area, index, used)]));
  const large = line.isBeside
    ? { width: area.width - line.width - GAP, height: area.height }
    : { width: area.width, height: area.height - line.height - GAP };
  boxes.set(focus, {
    left: 0,
    top: 0,
    width: Math.max(0, large.width),
    height: Math.max(0, large.height),
  });
  const own: Scene["own"] = fits
    ? { ...inLine(line, area, tiles.length, used), place: "line" }
    : corner(area, line);
  return { ...paged, boxes, focus, own };
}

/** A line of small tiles beside or below a large one, and how many fit into it. */
interface Line extends Size {
  readonly isBeside: boolean;
  readonly count: number;
}

function lineOf({ width, height }: Size): Line {
  if (width > height * 1.15) {
    const wide = Math.round(clamp(width * 0.17, 112, 260));
    const tile = { width: wide, height: Math.round((wide * 9) / 16) };
    return { ...tile, isBeside: true, count: fitting(height, tile.height) };
  }
  const third = ((width - 2 * GAP) / 3) * 0.75;
  const high = Math.floor(clamp(height * 0.17, 60, Math.max(60, Math.min(150, third))));
  const tile = { width: Math.floor((high * 4) / 3), height: high };
  return { ...tile, isBeside: false, count: fitting(width, tile.width) };
}

function fitting(length: number, each: number): number {
  return Math.max(1, Math.floor((length + GAP) / (each + GAP)));
}

function inLine(line: Line, area: Size, index: number, used: number): Box {
  const { width, height } = line;
  if (line.isBeside) {
    const top = (area.height - extent(used, height)) / 2 + index * (height + GAP);
    return { left: area.width - width, top, width, height };
  }
  const left = (area.width - extent(used, width)) / 2 + index * (width + GAP);
  return { left, top: area.height - height, width, height };
}

/** The place of one tile of a grid in the middle of the area. */
function cell(grid: Grid, area: Size, index: number, count: number, own: Box): Box {
  const { columns, width, height } = grid;
  const rows = Math.ceil(count / columns);
  const row = Math.floor(index / columns);
  const column = index % columns;
  // A last row that is not full stands to the left of one's own picture, if that is in its way.
  const across = extent(Math.min(columns, count), width);
  const inRow = row === rows - 1 ? count - row * columns : columns;
  const isInWay = (area.width + extent(inRow, width)) / 2 > own.left;
  const start = rows > 1 && isInWay ? across : extent(inRow, width);
  const middle = Math.round((area.height - extent(rows, height)) / 2);
  // Where there is room for one's own picture below, or a row is free, it has that.
  const above = own.top - GAP - extent(rows, height);
  const isFree = above >= 0 || rows < grid.rows;
  const top = isFree ? Math.max(0, Math.min(middle, above)) : middle;
  return {
    left: Math.round((area.width - start) / 2) + column * (width + GAP),
    top: top + row * (height + GAP),
    width,
    height,
  };
}

function extent(count: number, each: number): number {
  return count * each + (count - 1) * GAP;
}

function alone(area: Size): Scene {
  const grid = bestGrid(1, area);
  const own = { ...cell(grid, area, 0, 1, corner(area, area)), place: "alone" as const };
  return { boxes: new Map(), focus: undefined, own, page: 0, pages: 1 };
}

/** The place of one's own picture above a corner, no larger than the others' are. */
function corner(area: Size, most: Size): Scene["own"] {
  const isUpright = area.width < area.height;
  const usual = clamp(Math.min(area.width, area.height) * 0.28, 84, 220);
  const width = Math.round(Math.min(usual, most.width));
  const height = Math.round(Math.min(isUpright ? usual * 1.25 : usual * 0.6, most.height));
  const left = Math.max(0, area.width - width - GAP);
  return { left, top: Math.max(0, area.height - height - GAP), width, height, place: "corner" };
}

/** The place of a picture that is not there. */
function nowhere({ width, height }: Size): Scene["own"] {
  return { left: width, top: height, width: 0, height: 0, place: "corner" };
}

function pageOf(order: readonly string[], size: number, page: number) {
  const pages = Math.max(1, Math.ceil(order.length / size));
  const nearest = clamp(page, 0, pages - 1);
  return { tiles: order.slice(nearest * size, (nearest + 1) * size), page: nearest, pages };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
