/** What a `/sfu` page was asked for by its address. */
export interface CallPlace {
  /** Empty: people are asked for it. */
  readonly room: string;
  /** Empty: they are asked for that, too, or the relay chooses one. */
  readonly name: string;
  /** Whether people see the lobby first, or enter at once: as they are, or as viewers. */
  readonly entry: "lobby" | "now" | "viewer";
  /** The relay's own address, without a slash at its end. */
  readonly base: string;
}

/** Take an address apart; whatever stands before `/sfu` is the relay's own prefix. */
export function callPlaceOf(url: URL): CallPlace {
  const prefix = url.pathname.replace(/\/(sfu\/?)?$/, "");
  const room = url.searchParams.get("room")?.trim() ?? "";
  const join = url.searchParams.get("join");
  const asked = join === "now" || join === "viewer" ? join : "lobby";
  return {
    room,
    name: url.searchParams.get("name")?.trim() ?? "",
    entry: room === "" ? "lobby" : asked,
    base: `${url.origin}${prefix}`,
  };
}

/** The address that leads others to a room. */
export function invitation(base: string, room: string): string {
  return `${base}/sfu?room=${encodeURIComponent(room)}`;
}
