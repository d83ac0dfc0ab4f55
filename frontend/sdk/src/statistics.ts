/** The counters of a receiving connection at one moment. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly videoBytes: number;
  readonly audioBytes: number;
  readonly received: number;
  readonly lost: number;
  readonly videoCodec: string | undefined;
  readonly audioCodec: string | undefined;
  /** Seconds; undefined until it was measured. */
  readonly roundTrip: number | undefined;
}

/** What happened between two samples. */
export interface Rates {
  readonly framesPerSecond: number;
  readonly kilobitsPerSecond: number;
  /** From 0 to 1. */
  readonly loss: number;
}

type Entry = Record<string, unknown> & { type: string };

function number(entry: Entry | undefined, key: string): number {
  const value = entry?.[key];
  return typeof value === "number" ? value : 0;
}

/** "video/VP8" → "VP8". */
function codecName(entry: Entry | undefined): string | undefined {
  const value = entry?.mimeType;
  return typeof value === "string" ? value.replace(/^.*\//, "") : undefined;
}

/** Take the counters that matter from `RTCPeerConnection.getStats()`. */
export function sampleOf(report: ReadonlyMap<string, unknown>): Sample {
  const entries = [...report.values()] as Entry[];
  const inbound = (kind: string) =>
    entries.find((e) => e.type === "inbound-rtp" && e.kind === kind);
  const video = inbound("video");
  const audio = inbound("audio");
  const codec = (entry: Entry | undefined) =>
    report.get(String(entry?.codecId)) as Entry | undefined;
  const pair = entries.find((e) => e.type === "candidate-pair" && e.nominated === true);
  const roundTrip = pair?.currentRoundTripTime;
  return {
    at: Math.max(number(video, "timestamp"), number(audio, "timestamp")),
    width: number(video, "frameWidth"),
    height: number(video, "frameHeight"),
    frames: number(video, "framesDecoded"),
    videoBytes: number(video, "bytesReceived"),
    audioBytes: number(audio, "bytesReceived"),
    received: number(video, "packetsReceived") + number(audio, "packetsReceived"),
    lost: number(video, "packetsLost") + number(audio, "packetsLost"),
    videoCodec: codecName(codec(video)),
    audioCodec: codecName(codec(audio)),
    roundTrip: typeof roundTrip === "number" ? roundTrip : undefined,
  };
}

/** Rates from two samples of the same connection; undefined when they are not in order. */
export function rates(earlier: Sample, later: Sample): Rates | undefined {
  const elapsed = (later.at - earlier.at) / 1000;
  if (elapsed <= 0 || later.frames < earlier.frames) return undefined;
  const bytes = later.videoBytes - earlier.videoBytes + later.audioBytes - earlier.audioBytes;
  // A late packet that was counted as lost makes the counter fall.
  const lost = Math.max(0, later.lost - earlier.lost);
  const expected = lost + later.received - earlier.received;
  return {
    framesPerSecond: (later.frames - earlier.frames) / elapsed,
    kilobitsPerSecond: (bytes * 8) / 1000 / elapsed,
    loss: expected > 0 ? lost / expected : 0,
  };
}
