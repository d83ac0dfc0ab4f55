import { describe, expect, it } from "vitest";
import { bestGrid, capacity, GAP } from "../src/store/call/grid.ts";
import { type Box, placesIn, sceneOf } from "../src/store/call/scene.ts";

const laptop = { width: 1346, height: 650 };
const phone = { width: 374, height: 740 };
const side = { width: 760, height: 350 };
const tiny = { width: 60, height: 40 };
const areas = [laptop, phone, side, tiny, { width: 2540, height: 1330 }, { width: 0, height: 0 }];
const keys = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);

const overlap = (one: Box, other: Box) =>
  one.left < other.left + other.width &&
  other.left < one.left + one.width &&
  one.top < other.top + other.height &&
  other.top < one.top + one.height;

/** How much of one box lies below another one. */
const share = (one: Box, other: Box) => {
  const right = Math.min(one.left + one.width, other.left + other.width);
  const bottom = Math.min(one.top + one.height, other.top + other.height);
  const width = Math.max(0, right - Math.max(one.left, other.left));
  const height = Math.max(0, bottom - Math.max(one.top, other.top));
  return (width * height) / (one.width * one.height);
};

const isInside = ({ left, top, width, height }: Box, area: typeof laptop) =>
  left >= 0 && top >= 0 && left + width <= area.width && top + height <= area.height;

const scenesIn = (area: typeof laptop) =>
  keys(40).flatMap((_, index) =>
    [undefined, "p0"].map((focus) => sceneOf(keys(index + 1), focus, area, 0)),
  );

describe("the grid", () => {
  it("has the columns and rows that a person would choose", () => {
    const shape = (count: number, area: typeof laptop) => {
      const { columns, rows } = bestGrid(count, area);
      return [columns, rows];
    };
    expect([1, 2, 4, 9, 12].map((count) => shape(count, laptop))).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
      [3, 3],
      [4, 3],
    ]);
    expect([1, 2, 4].map((count) => shape(count, phone))).toEqual([
      [1, 1],
      [1, 2],
      [1, 4],
    ]);
  });

  it("shows nobody smaller than can be recognised", () => {
    expect(capacity(100, laptop)).toBe(25);
    expect(bestGrid(capacity(100, phone), phone).width).toBeGreaterThanOrEqual(110);
    expect(capacity(12, { width: 420, height: 250 })).toBeLessThan(12);
    expect(capacity(5, tiny)).toBe(1);
  });
});

describe("the scene", () => {
  it.each(areas)(
    "never needs more room than there is, and lays no tile over another: %o",
    (area) => {
      for (const { boxes } of scenesIn(area)) {
        const all = [...boxes.values()].filter(({ width, height }) => width > 0 && height > 0);
        expect(all.filter((box) => !isInside(box, area))).toEqual([]);
        const clashes = all.filter((box, index) => {
          return all.slice(index + 1).some((other) => overlap(box, other));
        });
        expect(clashes).toEqual([]);
      }
    },
  );

  it.each([laptop, phone, side])("shows everybody on one of the pages: %o", (area) => {
    for (const focus of [undefined, "p3"]) {
      const { pages } = sceneOf(keys(60), focus, area, 0);
      const seen = Array.from({ length: pages }, (_, page) => {
        return [...sceneOf(keys(60), focus, area, page).boxes.keys()];
      });
      expect(new Set(seen.flat()).size).toBe(60);
      expect(sceneOf(keys(60), focus, area, 99).page).toBe(pages - 1);
    }
  });

  it("gives most of the room to what was chosen", () => {
    const { boxes, focus, own } = sceneOf(keys(4), "p2", laptop, 0);
    const large = boxes.get("p2");
    const small = boxes.get("p0");
    expect([focus, own.place]).toEqual(["p2", "line"]);
    expect(large?.width).toBeGreaterThan(4 * (small?.width ?? 0));
    expect([...boxes.values()].some((box) => overlap(box, own))).toBe(false);
    expect(sceneOf(keys(4), "gone", laptop, 0).focus).toBeUndefined();
  });

  it("has one's own picture small above a corner, in a free place, or alone", () => {
    expect(sceneOf([], undefined, laptop, 0).own.place).toBe("alone");
    const pair = sceneOf(keys(1), undefined, laptop, 0);
    expect(pair.own).toMatchObject({ place: "corner", left: laptop.width - pair.own.width - GAP });
    for (const area of [laptop, phone, side]) {
      const hidden = [3, 4, 5, 6, 9, 11, 12].map((count) => {
        const { boxes, own } = sceneOf(keys(count), undefined, area, 0);
        return Math.max(...[...boxes.values()].map((box) => share(box, own)));
      });
      expect(Math.max(...hidden)).toBeLessThan(0.2);
    }
  });

  it("keeps no place for a picture that is not there", () => {
    for (const area of [laptop, phone, side]) {
      const { boxes } = sceneOf(keys(4), undefined, area, 0, false);
      expect(boxes.get("p0")).toMatchObject({ width: bestGrid(4, area).width });
      const line = sceneOf(keys(60), "p0", area, 0, false);
      expect(line.boxes.size).toBe(sceneOf(keys(60), "p0", area, 0).boxes.size + 1);
      expect(placesIn(60, true, area, false)).toBe(line.boxes.size - 1);
    }
  });

  it("tells how many are seen", () => {
    for (const area of [laptop, phone, side]) {
      const { boxes } = sceneOf(keys(60), "p0", area, 0);
      expect(placesIn(60, true, area)).toBe(boxes.size - 1);
      expect(placesIn(60, false, area)).toBe(sceneOf(keys(60), undefined, area, 0).boxes.size);
    }
  });
});
