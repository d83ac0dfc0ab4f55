/** What `GET /api/v1/status` tells; its description is at /api/v1/openapi.json. */
export interface Report {
  readonly version: string;
  /** This one first, and those that its trunks lead to; none without trunks. */
  readonly relays: readonly Relay[];
  readonly rooms: readonly Room[];
  readonly statistics: Statistics;
}

/** A relay and its neighbours, as it tells of itself. */
export interface Relay {
  readonly relay: string;
  readonly name: string;
  readonly edges: readonly Edge[];
}

/** One of a relay's neighbours. */
export interface Edge {
  readonly relay: string;
  /** Seconds. */
  readonly rtt: number | null;
  /** How many it is sent. */
  readonly tracks: number;
  /** Nothing is heard of it for longer than it should be. */
  readonly silent: boolean;
}

export interface Statistics {
  readonly transports: readonly Transport[];
  readonly trunks: readonly TrunkTransport[];
  readonly datagramsDropped: number;
  readonly datagramsUnsent: number;
  readonly batchesDropped: number;
}

export interface Room {
  readonly name: string;
  readonly participants: readonly Participant[];
  readonly viewers: number;
}

export type Role = "publisher" | "viewer" | "client";

export interface Participant {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly publishing: boolean;
  /** It is at another relay. */
  readonly remote: boolean;
  readonly tracks: readonly Track[];
}

export type Kind = "audio" | "video";

export interface Track {
  readonly id: string;
  readonly kind: Kind;
  readonly codec: string | null;
  readonly source: "unspecified" | "camera" | "microphone" | "screen" | "screen-audio";
  readonly muted: boolean;
  readonly stalled: boolean;
  readonly layers: readonly { readonly width: number; readonly height: number }[];
}

/** One medium of a connection. */
export interface Carrier {
  readonly mid: string;
  readonly kind: Kind;
  readonly track: string | null;
  readonly bitrate: number | null;
  readonly loss: number | null;
}

export interface Consumer extends Carrier {
  readonly paused: boolean;
  readonly rtt: number | null;
}

/** What comes and leaves on a media connection. */
export interface Carriers {
  readonly producers: readonly Carrier[];
  readonly consumers: readonly Consumer[];
}

/** One of the two media connections with another relay. */
export interface TrunkTransport extends Carriers {
  readonly relay: string;
  readonly name: string;
}

/** One media connection of a participant. */
export interface Transport extends Carriers {
  readonly room: string;
  readonly participant: string;
  readonly role: Role;
  readonly name: string | null;
  readonly connected: boolean;
  readonly remote: string | null;
  readonly protocol: "udp" | "tcp" | null;
}
