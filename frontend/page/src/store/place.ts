/** What a `/watch/{room}` page shows, and where it gets it. */
export interface Place {
  readonly room: string;
  readonly participant: string | undefined;
  /** WHEP endpoint. */
  readonly whep: string;
  /** The relay's own address, without a slash at its end. */
  readonly base: string;
  /** Address of the landing page. */
  readonly home: string;
}

/** Take an address apart; whatever stands before `/watch/` is the relay's own prefix. */
export function placeOf(url: URL): Place {
  const match = /^(.*)\/watch\/([^/]+)\/?$/.exec(url.pathname);
  const prefix = match?.[1] ?? "";
  const segment = match?.[2] ?? "default";
  const participant = url.searchParams.get("participant") || undefined;
  const tail = participant === undefined ? "" : `/${encodeURIComponent(participant)}`;
  return {
    room: decoded(segment),
    participant,
    whep: `${url.origin}${prefix}/whep/${segment}${tail}`,
    base: `${url.origin}${prefix}`,
    home: `${prefix}/`,
  };
}

/**
 * Where programs publish that take no certificate they do not know: at the port without TLS, if
 * there is one.
 */
export function programBase(base: string, plainPort: number | null): string {
  if (plainPort === null || !base.startsWith("https:")) return base;
  const url = new URL(base);
  return `http://${url.hostname}:${plainPort}${url.pathname.replace(/\/$/, "")}`;
}

/** The address to publish at. */
export function whipAddress(base: string, room: string, participant?: string): string {
  const query = participant === undefined ? "" : `?name=${encodeURIComponent(participant)}`;
  return `${base}/whip/${encodeURIComponent(room)}${query}`;
}

/** The address to watch at. */
export function whepAddress(base: string, room: string): string {
  return `${base}/whep/${encodeURIComponent(room)}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
