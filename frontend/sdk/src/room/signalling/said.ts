import { create, toBinary } from "@bufbuild/protobuf";
import { RemoteNodeMessageSchema, TrackKind, TrackSource } from "../../generated/sfu_pb.js";
import type { Announced, Source, Wish } from "../model.ts";

/** What a client says to the relay. */
export type Said =
  | {
      readonly type: "hello";
      readonly room: string;
      readonly name: string;
      readonly passphrase: string;
      readonly resumption: string;
      readonly acceptAll: boolean;
      readonly agent: string;
    }
  | { readonly type: "announce"; readonly tracks: readonly Announced[] }
  | { readonly type: "accept"; readonly wishes: ReadonlyMap<string, Wish> }
  | { readonly type: "offer"; readonly sdp: string }
  | { readonly type: "answer"; readonly sdp: string }
  | { readonly type: "mapping"; readonly mids: ReadonlyMap<string, string> }
  | {
      readonly type: "status";
      readonly handRaised?: boolean;
      readonly mutes?: ReadonlyMap<string, boolean>;
    }
  | { readonly type: "lock"; readonly locked: boolean }
  | { readonly type: "restart-media" }
  | { readonly type: "chat"; readonly text: string }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "pong"; readonly id: number }
  | { readonly type: "goodbye"; readonly code: string; readonly reason: string };

const SOURCES: Record<Source, TrackSource> = {
  unspecified: TrackSource.Unspecified,
  camera: TrackSource.Camera,
  microphone: TrackSource.Microphone,
  screen: TrackSource.Screen,
  "screen-audio": TrackSource.ScreenAudio,
};

/** The frame that says it. */
export function encode(said: Said): Uint8Array<ArrayBuffer> {
  const message = create(RemoteNodeMessageSchema, { message: oneOf(said) });
  return toBinary(RemoteNodeMessageSchema, message);
}

type Message = NonNullable<Parameters<typeof create<typeof RemoteNodeMessageSchema>>[1]>["message"];

function oneOf(said: Said): NonNullable<Message> {
  switch (said.type) {
    case "hello": {
      const { type: _, ...hello } = said;
      return { case: "hello", value: hello };
    }
    case "announce":
      return { case: "upstreamTracks", value: { tracks: said.tracks.map(announced) } };
    case "accept":
      return { case: "acceptTracks", value: { tracks: [...said.wishes].map(wanted) } };
    case "offer":
      return { case: "offer", value: { offer: description("offer", said.sdp) } };
    case "answer":
      return { case: "answer", value: { answer: description("answer", said.sdp) } };
    case "mapping": {
      const mapping = [...said.mids].map(([umbrellaId, mid]) => ({ umbrellaId, mid }));
      return { case: "midMappings", value: { mapping } };
    }
    case "status": {
      const mutes = [...(said.mutes ?? [])].map(([umbrellaId, muted]) => ({ umbrellaId, muted }));
      const { handRaised } = said;
      return {
        case: "status",
        value: handRaised === undefined ? { mutes } : { handRaised, mutes },
      };
    }
    case "lock":
      return { case: "lock", value: { locked: said.locked } };
    case "restart-media":
      return { case: "restartMedia", value: {} };
    case "chat":
      return { case: "chat", value: { text: said.text } };
    case "ping":
      return { case: "ping", value: { id: BigInt(said.id) } };
    case "pong":
      return { case: "pong", value: { id: BigInt(said.id) } };
    case "goodbye":
      return { case: "goodbye", value: { code: said.code, reason: said.reason } };
  }
}

function announced(track: Announced) {
  return {
    id: track.name,
    kind: track.kind === "audio" ? TrackKind.Audio : TrackKind.Video,
    streamId: track.streamId,
    umbrellaId: track.id,
    source: SOURCES[track.source],
    muted: track.muted,
  };
}

function wanted([umbrellaId, wish]: [string, Wish]) {
  return { umbrellaId, wish: { ...wish } };
}

function description(type: RTCSdpType, sdp: string): string {
  return JSON.stringify({ type, sdp });
}
