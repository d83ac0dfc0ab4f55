import { type Ending, ending } from "./ending.ts";
import { type Reply, readReply } from "./reply.ts";
import { retryDelay } from "./retry.ts";
import { withStereo } from "./sdp.ts";

/** Seconds between two questions whether somebody publishes, where the server does not say. */
const ASK_AGAIN = 2;
/** Milliseconds that a server may take to answer an offer. */
const ANSWER_WITHIN = 10_000;

/** Where a viewer stands. All but `refused` and `closed` go on by themselves. */
export type ViewerState =
  | { phase: "connecting" }
  | { phase: "connected" }
  | { phase: "empty"; reason: string }
  | { phase: "busy"; reason: string }
  | { phase: "lost"; reason: string }
  | { phase: "refused"; status: number; reason: string }
  | { phase: "closed" };

/** What a viewer needs of its surroundings; a test gives its own. */
export interface Edge {
  fetch(url: string, init: RequestInit): Promise<Response>;
  connect(): RTCPeerConnection;
  random(): number;
}

/** How to watch one WHEP endpoint. */
export interface ViewerOptions {
  /** URL of the endpoint, for example `/whep/demo`. */
  readonly endpoint: string;
  /** Bearer token, where the server wants one. */
  readonly token?: string;
  readonly onState: (state: ViewerState) => void;
  /** A new stream for every session; its tracks may still be to come. */
  readonly onStream: (stream: MediaStream) => void;
  readonly edge?: Edge;
}

/** A running WHEP viewer. */
export interface Viewer {
  /** End the session on the server too; may be called while a page is being left. */
  close(): void;
  /** The current connection's statistics, if there is one. */
  statistics(): Promise<ReadonlyMap<string, unknown> | undefined>;
}

type End = Exclude<Reply, { kind: "accepted" }> | { kind: "ended"; why: Ending | Error };

const browser: Edge = {
  fetch: (url, init) => fetch(url, init),
  connect: () => new RTCPeerConnection({ bundlePolicy: "max-bundle" }),
  random: Math.random,
};

/** Watch an endpoint (WHEP draft) until closed: connects, waits for a publisher, reconnects. */
export function createViewer(options: ViewerOptions): Viewer {
  const edge = options.edge ?? browser;
  const aborter = new AbortController();
  const { signal } = aborter;
  let connection: RTCPeerConnection | undefined;
  let failures = 0;

  const request = (method: string, body?: string): RequestInit => ({
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/sdp" }),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
    ...(body === undefined ? { keepalive: true } : { body }),
  });

  async function session(): Promise<End> {
    const current = edge.connect();
    connection = current;
    let resource: string | undefined;
    try {
      const offer = await prepare(current, options.onStream);
      const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN)]);
      const posted = { ...request("POST", offer), signal: limit };
      const reply = await readReply(await edge.fetch(options.endpoint, posted));
      if (reply.kind !== "accepted") return reply;
      resource = reply.session;
      await current.setRemoteDescription({ type: "answer", sdp: reply.answer });
      const why = await ending(current, signal, () => {
        failures = 0;
        options.onState({ phase: "connected" });
      });
      return { kind: "ended", why };
    } catch (error) {
      return { kind: "ended", why: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      connection = undefined;
      // The server notices by itself too, if this does not reach it.
      if (resource !== undefined) edge.fetch(resource, request("DELETE")).catch(() => undefined);
      current.close();
    }
  }

  async function run(): Promise<void> {
    options.onState({ phase: "connecting" });
    while (!signal.aborted) {
      const end = await session();
      if (signal.aborted) break;
      const state = stateAfter(end);
      options.onState(state);
      if (state.phase === "refused") return;
      failures = end.kind === "empty" ? 1 : failures + 1;
      await pause(retryDelay(failures, retryAfter(end), edge.random()), signal);
    }
    options.onState({ phase: "closed" });
  }

  void run();
  return {
    close: () => aborter.abort(),
    statistics: async () => (await connection?.getStats()) as ReadonlyMap<string, unknown>,
  };
}

/** Ask to receive a picture and sound; returns the offer. */
async function prepare(
  connection: RTCPeerConnection,
  onStream: (stream: MediaStream) => void,
): Promise<string> {
  const stream = new MediaStream();
  connection.addEventListener("track", ({ track }) => {
    stream.addTrack(track);
    if (stream.getTracks().length === 1) onStream(stream);
  });
  connection.addTransceiver("video", { direction: "recvonly" });
  connection.addTransceiver("audio", { direction: "recvonly" });
  const offer = await connection.createOffer();
  const sdp = withStereo(offer.sdp ?? "");
  await connection.setLocalDescription({ type: "offer", sdp });
  return sdp;
}

function stateAfter(end: End): ViewerState {
  switch (end.kind) {
    case "empty":
    case "busy":
      return { phase: end.kind, reason: end.reason };
    case "refused":
      return { phase: "refused", status: end.status, reason: end.reason };
    case "ended":
      return { phase: "lost", reason: end.why instanceof Error ? end.why.message : end.why };
  }
}

function retryAfter(end: End): number | undefined {
  switch (end.kind) {
    case "empty":
      return end.retryAfter ?? ASK_AGAIN;
    case "busy":
      return end.retryAfter;
    default:
      return undefined;
  }
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener("abort", done);
  });
}
