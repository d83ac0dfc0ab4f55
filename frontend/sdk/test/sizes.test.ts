import { expect, test } from "vitest";
import { wishFor } from "../src/element/sizes.ts";

test("a picture is wanted as large as it is shown, in pixels of the screen", () => {
  expect(wishFor(300, 200, 2)).toEqual({ width: 608, height: 416 });
  expect(wishFor(320, 192, 1)).toEqual({ width: 320, height: 192 });
});

test("what is not shown is not wanted", () => {
  expect(wishFor(0, 0, 1)).toEqual({ paused: true });
  expect(wishFor(300, 0, 1)).toEqual({ paused: true });
});
