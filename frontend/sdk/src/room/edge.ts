/** What a room needs of its surroundings; a test gives its own. */
export interface RoomEdge {
  socket(url: string, protocol: string): WebSocket;
  connect(configuration: RTCConfiguration): RTCPeerConnection;
  stream(): MediaStream;
  /** From 0 to 1. */
  random(): number;
  /** Something that nobody else has: letters and digits, at most 64. */
  newId(): string;
  /** Where "online" and "pagehide" come from. */
  readonly window: EventTarget;
}

/** The browser that this runs in. */
export function browserEdge(): RoomEdge {
  return {
    socket: (url, protocol) => new WebSocket(url, protocol),
    connect: (configuration) => new RTCPeerConnection(configuration),
    stream: () => new MediaStream(),
    random: Math.random,
    // crypto.randomUUID is missing on pages without TLS.
    newId: () => {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    },
    window: globalThis,
  };
}
