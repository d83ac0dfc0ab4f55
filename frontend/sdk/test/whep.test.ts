import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createViewer, type ViewerState } from "../src/index.ts";

/** A connection that goes where a test tells it. */
class FakeConnection extends EventTarget {
  connectionState: RTCPeerConnectionState = "new";
  answer: string | undefined;
  readonly transport = Object.assign(new EventTarget(), { state: "new" });

  addTransceiver(): void {}
  getReceivers() {
    return [{ transport: this.transport }];
  }
  async createOffer() {
    return { type: "offer", sdp: "v=0\r\n" };
  }
  async setLocalDescription(): Promise<void> {}
  async setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    this.answer = sdp;
  }
  close(): void {
    this.connectionState = "closed";
  }
  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

class FakeStream {
  getTracks(): [] {
    return [];
  }
}

let connections: FakeConnection[] = [];
let requests: string[] = [];
let replies: Response[] = [];
let states: ViewerState[] = [];

function reply(status: number, headers: Record<string, string> = {}): Response {
  const response = new Response("v=0 answer", { status, headers });
  Object.defineProperty(response, "url", { value: "https://relay/whep/demo" });
  return response;
}

const accepted = (session: string) => reply(201, { location: `/whep/demo/${session}` });

function watch() {
  return createViewer({
    endpoint: "https://relay/whep/demo",
    token: "secret",
    onState: (state) => states.push(state),
    onStream: () => undefined,
    edge: {
      fetch: async (url, init) => {
        requests.push(`${init.method} ${url}`);
        expect(new Headers(init.headers).get("authorization")).toBe("Bearer secret");
        if (init.method === "DELETE") return reply(200);
        const next = replies.shift();
        if (next === undefined) throw new TypeError("Failed to fetch");
        return next;
      },
      connect: () => {
        const connection = new FakeConnection();
        connections.push(connection);
        return connection as unknown as RTCPeerConnection;
      },
      random: () => 0.5,
    },
  });
}

const phases = () => states.map(({ phase }) => phase);
const posts = () => requests.filter((request) => request.startsWith("POST")).length;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("MediaStream", FakeStream);
  connections = [];
  requests = [];
  replies = [];
  states = [];
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("connects, and takes leave of the server when closed", async () => {
  replies = [accepted("s1")];
  const viewer = watch();
  await settle();
  expect(connections[0]?.answer).toBe("v=0 answer");
  connections[0]?.become("connected");
  viewer.close();
  await settle();
  expect(phases()).toEqual(["connecting", "connected", "closed"]);
  expect(requests).toEqual(["POST https://relay/whep/demo", "DELETE https://relay/whep/demo/s1"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(posts()).toBe(1);
});

it("asks again as often as the server wants while nobody publishes", async () => {
  replies = [409, 409, 409].map((status) => reply(status, { "retry-after": "2" }));
  replies.push(accepted("s1"));
  const viewer = watch();
  await vi.advanceTimersByTimeAsync(1_900);
  expect(posts()).toBe(1);
  await vi.advanceTimersByTimeAsync(4_800);
  connections[3]?.become("connected");
  expect(phases()).toEqual(["connecting", "empty", "empty", "empty", "connected"]);
  expect(connections.slice(0, 3).map((c) => c.connectionState)).toEqual(Array(3).fill("closed"));
  viewer.close();
});

it("reconnects soon after a failure, and ends the old session", async () => {
  replies = [accepted("s1"), accepted("s2")];
  const viewer = watch();
  await settle();
  connections[0]?.become("connected");
  connections[0]?.become("failed");
  await vi.advanceTimersByTimeAsync(600);
  connections[1]?.become("connected");
  expect(phases()).toEqual(["connecting", "connected", "lost", "connected"]);
  expect(requests).toContain("DELETE https://relay/whep/demo/s1");
  viewer.close();
});

it("bears a short silence, and not a long one", async () => {
  replies = [accepted("s1"), accepted("s2")];
  const viewer = watch();
  await settle();
  connections[0]?.become("connected");
  connections[0]?.become("disconnected");
  await vi.advanceTimersByTimeAsync(2_000);
  connections[0]?.become("connected");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(phases()).toEqual(["connecting", "connected"]);
  connections[0]?.become("disconnected");
  await vi.advanceTimersByTimeAsync(3_100);
  expect(states.at(-1)).toEqual({ phase: "lost", reason: "silent" });
  viewer.close();
});

it("notices at once that the server left", async () => {
  replies = [accepted("s1")];
  const viewer = watch();
  await settle();
  const connection = connections[0];
  connection?.become("connected");
  if (connection) connection.transport.state = "closed";
  connection?.transport.dispatchEvent(new Event("statechange"));
  await settle();
  expect(states.at(-1)).toEqual({ phase: "lost", reason: "closed-by-peer" });
  viewer.close();
});

it("says when no media path is found", async () => {
  replies = [accepted("s1")];
  const viewer = watch();
  await vi.advanceTimersByTimeAsync(12_100);
  expect(states.at(-1)).toEqual({ phase: "lost", reason: "never-connected" });
  viewer.close();
});

it("does not insist where it was refused", async () => {
  replies = [reply(422)];
  watch();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(states.at(-1)).toMatchObject({ phase: "refused", status: 422 });
  expect(posts()).toBe(1);
});

it("waits longer and longer for a server that is gone", async () => {
  const viewer = watch();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(new Set(phases())).toEqual(new Set(["connecting", "lost"]));
  expect(posts()).toBeGreaterThan(5);
  expect(posts()).toBeLessThan(12);
  viewer.close();
});
