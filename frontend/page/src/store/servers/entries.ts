/** A relay that this one has a trunk with, as `GET /api/v1/trunks` tells it. */
export interface Trunk {
  readonly id: string;
  /** Null where the other relay dialled. */
  readonly url: string | null;
  readonly direction: "out" | "in";
  readonly state: "connecting" | "up" | "waiting" | "refused";
  readonly error: string | null;
  /** Seconds since 1970, of this state. */
  readonly since: number;
  /** The other one is an original Umbrella relay. */
  readonly original: boolean;
  readonly relay: { readonly id: string; readonly name: string } | null;
  readonly rtt: number | null;
  /** It is up, but nothing is heard of the other one. */
  readonly silent: boolean;
  /** Pictures of which less is sent than is wanted: maxKbps is too low. */
  readonly heldBack: number;
  readonly sentKbps: number;
  readonly receivedKbps: number;
  readonly tracksSent: number;
  readonly tracksReceived: number;
  readonly rooms: readonly string[] | null;
  readonly maxKbps: number | null;
  readonly maxLayer: number | null;
  readonly send: boolean;
  readonly receive: boolean;
  readonly insecure: boolean;
  readonly fingerprint: string | null;
}

/** A camera, as `GET /api/v1/cameras` tells it. */
export interface Camera {
  readonly id: string;
  readonly room: string;
  readonly name: string;
  /** Without its password. */
  readonly url: string;
  readonly sub: string | null;
  readonly mode: "on-demand" | "always";
  readonly transport?: "tcp" | "udp" | null;
  readonly certificate?: string | null;
  readonly loop?: boolean;
  readonly state: "idle" | "connecting" | "live" | "waiting" | "failed";
  readonly error: string | null;
  readonly picture: {
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    readonly fps: number | null;
    readonly kbps: number | null;
  } | null;
  readonly sound: { readonly codec: string; readonly channels: number } | null;
  readonly doing: string | null;
  readonly restarts: number;
}

/** A relay on the local network, as `GET /api/v1/nearby` tells it. */
export interface Nearby {
  readonly name: string;
  readonly url: string;
  readonly addresses: readonly string[];
}

/** What can be added, changed and removed. */
export type Kind = "trunks" | "cameras";
