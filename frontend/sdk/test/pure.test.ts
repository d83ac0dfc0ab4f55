import { describe, expect, it } from "vitest";
import { rates, readReply, retryDelay, type Sample, sampleOf, withStereo } from "../src/index.ts";

describe("withStereo", () => {
  const offer =
    "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=fmtp:96 x=1\r\n";

  it("asks for stereo in Opus and nowhere else", () => {
    expect(withStereo(offer)).toBe(offer.replace("useinbandfec=1", "useinbandfec=1;stereo=1"));
  });

  it("leaves an offer alone that says it already, or has no Opus", () => {
    expect(withStereo(withStereo(offer))).toBe(withStereo(offer));
    expect(withStereo("a=rtpmap:0 PCMU/8000\r\n")).toBe("a=rtpmap:0 PCMU/8000\r\n");
  });
});

describe("retryDelay", () => {
  it("grows, and has an upper bound", () => {
    const delays = [1, 2, 3, 4, 5, 6, 20].map((attempt) => retryDelay(attempt, undefined, 0.5));
    expect(delays).toEqual([0.5, 1, 2, 4, 8, 10, 10]);
  });

  it("spreads by half", () => {
    expect(retryDelay(1, undefined, 0)).toBeCloseTo(0.375);
    expect(retryDelay(1, undefined, 1)).toBeCloseTo(0.625);
  });

  it("never asks before the server wants to be asked", () => {
    expect(retryDelay(1, 7, 0)).toBeGreaterThanOrEqual(7);
  });
});

function response(status: number, headers: Record<string, string>, body = "") {
  return {
    status,
    url: "https://relay:8443/whep/demo",
    headers: new Headers(headers),
    text: async () => body,
  };
}

describe("readReply", () => {
  it("resolves the session against the endpoint", async () => {
    const reply = await readReply(response(201, { location: "../session/x" }, "v=0"));
    expect(reply).toEqual({
      kind: "accepted",
      answer: "v=0",
      session: "https://relay:8443/session/x",
    });
  });

  it.each([404, 409])("takes %d as nobody publishing", async (status) => {
    const reply = await readReply(response(status, { "retry-after": "2" }));
    expect(reply).toMatchObject({ kind: "empty", retryAfter: 2 });
  });

  it("passes on the sentence of a problem", async () => {
    const headers = { "content-type": "application/problem+json", "retry-after": "9999" };
    const body = JSON.stringify({ title: "Full", detail: "All places are taken." });
    const reply = await readReply(response(503, headers, body));
    expect(reply).toEqual({ kind: "busy", reason: "All places are taken.", retryAfter: 60 });
  });

  it.each([
    ["application/json", "{"],
    ["application/json", "null"],
    ["text/html", "<h1>no</h1>"],
  ])("says the status where %s %s says nothing", async (type, body) => {
    const reply = await readReply(response(415, { "content-type": type }, body));
    expect(reply).toEqual({
      kind: "refused",
      status: 415,
      reason: "The server answered with status 415.",
    });
  });

  it("does not wait for a date", async () => {
    const reply = await readReply(
      response(503, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }),
    );
    expect(reply).toMatchObject({ retryAfter: undefined });
  });
});

describe("statistics", () => {
  const report = (at: number, frames: number, lost: number, received: number) =>
    new Map<string, unknown>([
      ["c", { type: "codec", mimeType: "video/AV1" }],
      ["p", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.012 }],
      [
        "v",
        {
          type: "inbound-rtp",
          kind: "video",
          timestamp: at,
          codecId: "c",
          frameWidth: 640,
          frameHeight: 360,
          framesDecoded: frames,
          bytesReceived: received * 1000,
          packetsReceived: received,
          packetsLost: lost,
        },
      ],
    ]);

  it("gathers what a report says", () => {
    expect(sampleOf(report(5, 10, 1, 20))).toMatchObject({
      width: 640,
      height: 360,
      videoCodec: "AV1",
      audioCodec: undefined,
      roundTrip: 0.012,
    });
  });

  it("counts per second", () => {
    const samples = [sampleOf(report(1000, 0, 0, 0)), sampleOf(report(3000, 60, 2, 98))] as const;
    expect(rates(...samples)).toEqual({ framesPerSecond: 30, kilobitsPerSecond: 392, loss: 0.02 });
  });

  it("says nothing about samples of two connections", () => {
    const [old, young]: Sample[] = [sampleOf(report(1, 50, 0, 9)), sampleOf(report(2, 3, 0, 1))];
    expect(old && young && rates(old, young)).toBeUndefined();
  });
});
