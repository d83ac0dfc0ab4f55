/** A size in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Tiles of one size in columns and rows. */
export interface Grid extends Size {
  readonly columns: number;
  readonly rows: number;
}

/** Pixels between two tiles. */
export const GAP = 8;
/** Tiles on one page; above it nobody recognises a face. */
const MOST = 25;
/** A camera's picture is cut to what its tile is; more than this is never cut off. */
const WIDEST = 16 / 9;
const NARROWEST = 4 / 3;
/** Faces fit into upright tiles, as telephones have room for. */
const NARROWEST_UPRIGHT = 3 / 4;

/** Columns and rows with which `count` tiles are largest; they never need more than the area. */
export function bestGrid(count: number, area: Size): Grid {
  const narrowest = area.width < area.height ? NARROWEST_UPRIGHT : NARROWEST;
  let best: Grid = { columns: 1, rows: Math.max(1, count), width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = within(
      {
        width: (area.width - GAP * (columns - 1)) / columns,
        height: (area.height - GAP * (rows - 1)) / rows,
      },
      narrowest,
    );
    if (tile.width * tile.height > best.width * best.height) best = { columns, rows, ...tile };
  }
  return best;
}

/** How many tiles are shown at one time, of `count`: those below it would be too small. */
export function capacity(count: number, area: Size): number {
  const least = area.width < 600 ? 110 : 170;
  for (let shown = Math.min(count, MOST); shown > 1; shown -= 1) {
    if (bestGrid(shown, area).width >= least) return shown;
  }
  return 1;
}

/** The largest size of a fair shape inside another. */
function within({ width, height }: Size, narrowest: number): Size {
  if (width <= 0 || height <= 0) return { width: 0, height: 0 };
  return {
    width: Math.floor(Math.min(width, height * WIDEST)),
    height: Math.floor(Math.min(height, width / narrowest)),
  };
}
