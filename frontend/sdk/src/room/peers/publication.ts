import type { Announced, Failure, Kind, Source } from "../model.ts";

/** How a track is published. */
export interface PublishOptions {
  /** What it shows; "unspecified" where that is not said. */
  readonly source?: Source;
  /** Encodings to send at the same time, lowest first: `SIMULCAST`, for example. */
  readonly simulcast?: readonly RTCRtpEncodingParameters[];
  /** Whether it begins muted. */
  readonly muted?: boolean;
  /** Tracks of one stream belong together; a new stream for each track otherwise. */
  readonly stream?: MediaStream;
  /** Gives up waiting, and withdraws it. */
  readonly signal?: AbortSignal;
}

/** Three sizes of a camera's picture. */
export const SIMULCAST: readonly RTCRtpEncodingParameters[] = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 2_000_000 },
];

/**
 * The largest of the encodings, as many as a picture of this width is sent in; none for a single one.
 *
 * Of a smaller picture libwebrtc sends fewer than it is asked for, and those are the first: the smallest.
 */
export function worthwhile(
  encodings: readonly RTCRtpEncodingParameters[],
  width: number | undefined,
): readonly RTCRtpEncodingParameters[] {
  if (width !== undefined && width < 480) return [];
  return width !== undefined && width < 960 ? encodings.slice(-2) : encodings;
}

/** A track of our own that the others can get. */
export interface Publication {
  /** Unique in the room. */
  readonly id: string;
  readonly kind: Kind;
  readonly source: Source;
  readonly streamId: string;
  /** What is sent now; null where its device was let go. */
  readonly track: MediaStreamTrack | null;
  readonly muted: boolean;
  /** Where it is sent, once it has its place in an offer. */
  readonly transceiver: RTCRtpTransceiver | undefined;
}

/** The record of a publication. */
export class OwnTrack implements Publication {
  readonly id: string;
  readonly kind: Kind;
  readonly source: Source;
  readonly streamId: string;
  readonly encodings: readonly RTCRtpEncodingParameters[];
  track: MediaStreamTrack | null;
  muted: boolean;
  transceiver: RTCRtpTransceiver | undefined;
  readonly #name: string;
  #settle: (failure?: Failure) => void = () => undefined;

  constructor(id: string, track: MediaStreamTrack, options: PublishOptions) {
    this.id = id;
    this.track = track;
    this.kind = track.kind === "audio" ? "audio" : "video";
    this.source = options.source ?? "unspecified";
    this.streamId = token(options.stream?.id ?? "") || id;
    this.encodings = worthwhile(options.simulcast ?? [], track.getSettings?.().width);
    this.muted = options.muted ?? false;
    this.#name = token(track.id) || id;
    track.enabled = !this.muted;
  }

  /** What an m-line must be for this, to be used again. */
  get shape(): string {
    return [this.kind, ...this.encodings.map(({ rid }) => rid)].join(" ");
  }

  /** Call this once, when the relay has taken it or has not. */
  whenSettled(settle: (failure?: Failure) => void): void {
    this.#settle = settle;
  }

  settle(failure?: Failure): void {
    this.#settle(failure);
    this.#settle = () => undefined;
  }

  announced(): Announced {
    const { id, kind, source, streamId, muted } = this;
    return { id, kind, source, streamId, muted, name: this.#name };
  }
}

/** An id as SDP can carry it (RFC 8830, 2), or nothing. */
function token(id: string): string {
  return /^[\w!#$%&'*+.^`|~-]{1,64}$/.test(id) ? id : "";
}
