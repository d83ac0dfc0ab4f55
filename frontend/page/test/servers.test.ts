import { describe, expect, it } from "vitest";
import { cameraBody, cameraValues, trunkBody, trunkValues } from "../src/store/servers/draft.ts";
import type { Camera, Trunk } from "../src/store/servers/entries.ts";

const trunk: Trunk = {
  id: "1",
  url: "https://box.local",
  direction: "out",
  state: "up",
  error: null,
  since: 0,
  original: false,
  relay: null,
  rtt: null,
  silent: false,
  heldBack: 0,
  sentKbps: 0,
  receivedKbps: 0,
  tracksSent: 0,
  tracksReceived: 0,
  rooms: ["a room", "another"],
  maxKbps: 500,
  maxLayer: 0,
  send: false,
  receive: true,
  insecure: true,
  fingerprint: null,
};

describe("the form of a trunk", () => {
  it("asks for what there is, where nothing is changed", () => {
    expect(trunkBody(trunkValues(trunk))).toEqual({
      url: "https://box.local",
      rooms: ["a room", "another"],
      maxKbps: 500,
      maxLayer: 0,
      send: false,
      receive: true,
      insecure: true,
    });
  });

  it("leaves out what is empty, and spaces around the rest", () => {
    const values = { ...trunkValues(), url: " https://box ", rooms: "\n  \n", secret: " s3cret " };
    expect(trunkBody(values)).toEqual({
      url: "https://box",
      secret: "s3cret",
      send: true,
      receive: true,
      insecure: false,
    });
  });
});

describe("the form of a camera", () => {
  it("asks for what there is, where nothing is changed", () => {
    const camera: Partial<Camera> = { url: "rtsp://a@b/c", name: "Gate", room: "yard" };
    expect(cameraBody(cameraValues(camera))).toEqual({
      url: "rtsp://a@b/c",
      name: "Gate",
      room: "yard",
      mode: "on-demand",
      loop: false,
    });
    const more: Partial<Camera> = { ...camera, sub: "rtsp://b/d", mode: "always", loop: true };
    expect(cameraBody(cameraValues({ ...more, transport: "udp" }))).toMatchObject({
      sub: "rtsp://b/d",
      mode: "always",
      transport: "udp",
      loop: true,
    });
  });
});
