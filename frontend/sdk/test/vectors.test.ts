import { fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import rows from "../../../vectors/room/frames.json" with { type: "json" };
import { RemoteNodeMessageSchema } from "../src/generated/sfu_pb.js";

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

test.each(rows)("a frame is read and written as in Python: $from, $name", ({ frame, message }) => {
  const read = fromBinary(RemoteNodeMessageSchema, bytes(frame));
  expect(toJson(RemoteNodeMessageSchema, read)).toEqual(message);
  expect(hex(toBinary(RemoteNodeMessageSchema, read))).toBe(frame);
});
