import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { vi } from "vitest";
import { RemoteNodeMessageSchema, TrackKind, TrackSource } from "../../src/generated/sfu_pb.js";
import { Room, type RoomOptions } from "../../src/index.ts";
import type { RoomEdge } from "../../src/room/edge.ts";
import { FakeConnection, type FakeTrack } from "./connection.ts";

type Init = NonNullable<Parameters<typeof create<typeof RemoteNodeMessageSchema>>[1]>;
/** What the relay says, as the schema has it. */
export type Message = NonNullable<Init["message"]>;

/** A WebSocket whose other end is a test. */
export class FakeSocket extends EventTarget {
  readyState = 0;
  bufferedAmount = 0;
  binaryType = "blob";
  closedWith: number | undefined;
  readonly heard: string[] = [];
  readonly url: string;
  readonly protocol: string;

  constructor(url: string, protocol: string) {
    super();
    this.url = url;
    this.protocol = protocol;
  }

  send(frame: Uint8Array): void {
    const { message } = fromBinary(RemoteNodeMessageSchema, frame);
    const words = describe(message as Message);
    if (words !== undefined) this.heard.push(words);
  }

  close(code: number): void {
    this.readyState = 3;
    this.closedWith = code;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  /** Cut it, as a network does. */
  cut(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }

  say(message: Message): void {
    const frame = toBinary(RemoteNodeMessageSchema, create(RemoteNodeMessageSchema, { message }));
    this.raw(frame.buffer.slice(frame.byteOffset, frame.byteOffset + frame.byteLength));
  }

  raw(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  /** What was heard since the last time. */
  news(): string[] {
    return this.heard.splice(0);
  }
}

/** What a client says, in words; pings are left out. */
function describe({ case: what, value }: Message): string | undefined {
  switch (what) {
    case "hello":
      return ["hello", value.room, value.name, value.acceptAll && "all", value.resumption]
        .filter(Boolean)
        .join(" ");
    case "upstreamTracks":
      return ["announce", ...(value.tracks ?? []).map(({ umbrellaId }) => umbrellaId)].join(" ");
    case "acceptTracks": {
      const wishes = (value.tracks ?? []).map(({ umbrellaId, wish }) => {
        return `${umbrellaId}${wish?.paused ? " paused" : ""}${wish?.width ? ` ${wish.width}` : ""}`;
      });
      return ["accept", ...wishes].join(" ");
    }
    case "midMappings":
      return ["map", ...(value.mapping ?? []).map((one) => `${one.umbrellaId}=${one.mid}`)].join(
        " ",
      );
    case "offer":
      return `offer ${JSON.parse(value.offer ?? "").sdp}`;
    case "answer":
      return `answer ${JSON.parse(value.answer ?? "").sdp}`;
    case "status": {
      const mutes = (value.mutes ?? []).map(({ umbrellaId, muted }) => `${umbrellaId} ${muted}`);
      return ["status", value.handRaised ?? [], mutes].flat().join(" ");
    }
    case "ping":
      return undefined;
    case "chat":
      return `chat ${value.text}`;
    default:
      return [what, ...Object.values(value ?? {}).slice(1)].join(" ").trim();
  }
}

/** A relay that does what a test says, and the browser that talks with it. */
export class Script {
  readonly sockets: FakeSocket[] = [];
  readonly connections: FakeConnection[] = [];
  readonly window = new EventTarget();
  #ids = 0;

  readonly edge: RoomEdge = {
    socket: (url, protocol) => {
      this.sockets.push(new FakeSocket(url, protocol));
      return this.socket as unknown as WebSocket;
    },
    connect: () => {
      this.connections.push(new FakeConnection());
      return this.connections.at(-1) as unknown as RTCPeerConnection;
    },
    stream: () => new FakeStream() as unknown as MediaStream,
    random: () => 0.5,
    newId: () => {
      this.#ids += 1;
      return `p${this.#ids}`;
    },
    window: this.window,
  };

  /** The last one. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("There is no socket.");
    return socket;
  }

  /** Open the last socket and let the client in; what it said first. */
  async welcome(more: { resumed?: boolean } = {}): Promise<string[]> {
    this.socket.open();
    const you = { id: "me", name: "Ann" };
    this.say("welcome", { you, room: "studio", resumption: "secret", ...more });
    const said = this.socket.news();
    await settle();
    return [...said, ...this.socket.news()];
  }

  say<Case extends NonNullable<Message["case"]>>(
    what: Case,
    value: Extract<Message, { case: Case }>["value"],
  ): void {
    this.socket.say({ case: what, value } as Message);
  }

  /** Tell which tracks there are: "bob-video" is Bob's picture. */
  tracks(...ids: string[]): void {
    this.say("upstreamTracks", { tracks: ids.map(described) });
  }

  map(mids: Record<string, string>): void {
    const mapping = Object.entries(mids).map(([umbrellaId, mid]) => ({ umbrellaId, mid }));
    this.say("midMappings", { mapping });
  }

  /** Offer these media: "audio video". */
  offer(media: string): void {
    this.say("offer", { offer: JSON.stringify({ type: "offer", sdp: media }) });
  }

  answer(media: string): void {
    this.say("answer", { answer: JSON.stringify({ type: "answer", sdp: media }) });
  }
}

function described(umbrellaId: string) {
  const [participantId = "", kind] = umbrellaId.split("-");
  return {
    umbrellaId,
    participantId,
    id: umbrellaId,
    streamId: `${participantId}-stream`,
    kind: kind === "audio" ? TrackKind.Audio : TrackKind.Video,
    source: kind === "audio" ? TrackSource.Microphone : TrackSource.Camera,
  };
}

/** A MediaStream that holds what it is given. */
export class FakeStream {
  readonly tracks: FakeTrack[] = [];
  addTrack(track: FakeTrack): void {
    this.tracks.push(track);
  }
  removeTrack(track: FakeTrack): void {
    this.tracks.splice(this.tracks.indexOf(track), 1);
  }
}

/** Let everything happen that waits for nothing. */
export const settle = () => vi.advanceTimersByTimeAsync(0);

/** Enter the room of a script, and be let in. */
export async function enter(relay: Script, options: Partial<RoomOptions> = {}): Promise<Room> {
  const { edge } = relay;
  const common = { room: "studio", name: "Ann", edge };
  const entering = Room.connect("https://relay:8443", { ...common, ...options });
  await relay.welcome();
  return entering;
}
