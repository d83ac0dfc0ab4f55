/** What a `/watch/{room}` page shows, and where it gets it. */
export interface Place {
  readonly room: string;
  readonly participant: string | undefined;
  /** WHEP endpoint. */
  readonly whep: string;
  /** WHIP address that others can publish to. */
  readonly whip: string;
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
    whip: whipAddress(`${url.origin}${prefix}`, decoded(segment), participant),
    home: `${prefix}/`,
  };
}

/** The address to publish at. */
export function whipAddress(base: string, room: string, participant?: string): string {
  const query = participant === undefined ? "" : `?name=${encodeURIComponent(participant)}`;
  return `${base}/whip/${encodeURIComponent(room)}${query}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
