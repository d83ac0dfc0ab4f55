/** Counters of one medium at one moment. */
export interface Sample {
  /** Milliseconds. */
  readonly at: number;
  readonly bytes: number;
  readonly packets: number;
  readonly lost: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly codec: string | undefined;
}

/** How well a track comes or goes. */
export interface TrackStatistics {
  readonly trackId: string;
  readonly direction: "receiving" | "sending";
  /** Pixels; 0 for sound, and before the first picture. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** Since the last question; undefined at the first one. */
  readonly bitsPerSecond: number | undefined;
  /** From 0 to 1, since the last question; undefined at the first one. */
  readonly loss: number | undefined;
  /** Milliseconds between us and the relay; undefined until it was measured. */
  readonly roundTrip: number | undefined;
  /** As "VP8"; undefined before the first packet. */
  readonly codec: string | undefined;
}

/** `RTCPeerConnection.getStats()`. */
export type Report = ReadonlyMap<string, unknown>;

type Entry = Record<string, unknown>;

const number = (entry: Entry | undefined, key: string) => {
  const value = entry?.[key];
  return typeof value === "number" ? value : 0;
};

/** The counters of one medium; encodings of simulcast are added up. Undefined: there are none. */
export function sampleOf(report: Report, mid: string): Sample | undefined {
  const entries = ([...report.values()] as Entry[]).filter((entry) => entry.mid === mid);
  const streams = entries.filter(({ type }) => type === "inbound-rtp" || type === "outbound-rtp");
  const largest = streams.reduce<Entry | undefined>((best, entry) => {
    return best && number(best, "frameWidth") >= number(entry, "frameWidth") ? best : entry;
  }, undefined);
  if (largest === undefined) return undefined;
  const sum = (key: string) => streams.reduce((total, entry) => total + number(entry, key), 0);
  const remote = streams.map(({ remoteId }) => report.get(String(remoteId)) as Entry | undefined);
  const lostThere = remote.reduce((total, entry) => total + number(entry, "packetsLost"), 0);
  const codec = (report.get(String(largest.codecId)) as Entry | undefined)?.mimeType;
  return {
    at: number(largest, "timestamp"),
    bytes: sum("bytesReceived") + sum("bytesSent"),
    packets: sum("packetsReceived") + sum("packetsSent"),
    // What we receive is counted here, and what we send by the relay.
    lost: largest.type === "inbound-rtp" ? sum("packetsLost") : lostThere,
    width: number(largest, "frameWidth"),
    height: number(largest, "frameHeight"),
    framesPerSecond: number(largest, "framesPerSecond"),
    codec: typeof codec === "string" ? codec.replace(/^.*\//, "") : undefined,
  };
}

/** Milliseconds between the two ends of a connection; undefined until it was measured. */
export function roundTripOf(report: Report): number | undefined {
  const entries = [...report.values()] as Entry[];
  const pair = entries.find(({ type, nominated }) => type === "candidate-pair" && nominated);
  const seconds = pair?.currentRoundTripTime;
  return typeof seconds === "number" ? seconds * 1000 : undefined;
}

/** What happened between two samples; nothing is known where they are of different connections. */
export function between(
  earlier: Sample | undefined,
  later: Sample,
): Pick<TrackStatistics, "bitsPerSecond" | "loss"> {
  const seconds = earlier === undefined ? 0 : (later.at - earlier.at) / 1000;
  if (earlier === undefined || seconds <= 0 || later.bytes < earlier.bytes) {
    return { bitsPerSecond: undefined, loss: undefined };
  }
  // A late packet that was counted as lost makes the counter fall.
  const lost = Math.max(0, later.lost - earlier.lost);
  const sent = Math.max(0, later.packets - earlier.packets);
  return {
    bitsPerSecond: ((later.bytes - earlier.bytes) * 8) / seconds,
    loss: lost + sent > 0 ? lost / (lost + sent) : 0,
  };
}

/** Remembers the last look, so that there are rates at the next one. */
export class Meter {
  #samples: ReadonlyMap<string, Sample> = new Map(); // bounded by the tracks of the last look

  /** Look at all media of both connections. */
  read(looks: readonly Look[]): TrackStatistics[] {
    const samples = new Map<string, Sample>();
    const statistics: TrackStatistics[] = [];
    for (const { direction, report, mids } of looks) {
      const roundTrip = roundTripOf(report);
      for (const [trackId, mid] of mids) {
        const sample = sampleOf(report, mid);
        if (sample === undefined) continue;
        samples.set(trackId, sample);
        const { width, height, framesPerSecond, codec } = sample;
        const rates = between(this.#samples.get(trackId), sample);
        const figures = { width, height, framesPerSecond, roundTrip, codec };
        statistics.push({ trackId, direction, ...figures, ...rates });
      }
    }
    this.#samples = samples;
    return statistics;
  }
}

/** One connection's report, and which of its media is which track. */
export interface Look {
  readonly direction: TrackStatistics["direction"];
  readonly report: Report;
  readonly mids: ReadonlyMap<string, string>;
}
