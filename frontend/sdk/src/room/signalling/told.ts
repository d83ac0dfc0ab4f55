import { fromBinary } from "@bufbuild/protobuf";
import type * as pb from "../../generated/sfu_pb.js";
import { RemoteNodeMessageSchema, TrackKind, TrackSource } from "../../generated/sfu_pb.js";
import type {
  ChatLine,
  Departure,
  Failure,
  Flow,
  Goodbye,
  Participant,
  Source,
  Speaker,
  Track,
  Welcome,
} from "../model.ts";

/** What the relay says to a client. */
export type Told =
  | { readonly type: "welcome"; readonly welcome: Welcome }
  | {
      readonly type: "participants";
      readonly present: readonly Participant[];
      readonly gone: readonly Departure[];
    }
  | { readonly type: "tracks"; readonly tracks: readonly Track[] }
  | { readonly type: "track-changes"; readonly tracks: readonly Track[] }
  | { readonly type: "taken"; readonly ids: readonly string[] }
  | { readonly type: "offer"; readonly sdp: string }
  | { readonly type: "answer"; readonly sdp: string }
  | { readonly type: "mapping"; readonly mids: ReadonlyMap<string, string> }
  | { readonly type: "chat"; readonly line: ChatLine }
  | { readonly type: "speakers"; readonly speakers: readonly Speaker[] }
  | { readonly type: "forwarding"; readonly flows: readonly Flow[] }
  | { readonly type: "room-change"; readonly locked: boolean }
  | { readonly type: "connection-closed"; readonly sending: boolean; readonly reason: string }
  | { readonly type: "error"; readonly failure: Failure }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "pong"; readonly id: number }
  | { readonly type: "goodbye"; readonly goodbye: Goodbye };

/** Entries of one list; a relay has far less in a room. */
const MAX_ENTRIES = 10_000;

const SOURCES: Record<TrackSource, Source> = {
  [TrackSource.Unspecified]: "unspecified",
  [TrackSource.Camera]: "camera",
  [TrackSource.Microphone]: "microphone",
  [TrackSource.Screen]: "screen",
  [TrackSource.ScreenAudio]: "screen-audio",
};

type Message = pb.RemoteNodeMessage["message"];
type Readers = {
  [Case in NonNullable<Message["case"]>]?: (
    value: Extract<Message, { case: Case }>["value"],
  ) => Told;
};

const READERS: Readers = {
  welcome: (value) => ({ type: "welcome", welcome: welcome(value) }),
  participants: ({ present, gone }) => ({
    type: "participants",
    present: bounded(present).map(participant),
    gone: bounded(gone).map(({ id, code, reason }) => ({ id, code, reason })),
  }),
  upstreamTracks: (value) => ({ type: "tracks", tracks: tracks(value.tracks) }),
  trackChanges: (value) => ({ type: "track-changes", tracks: tracks(value.tracks) }),
  acceptTracks: (value) => ({
    type: "taken",
    ids: bounded(value.tracks).map(({ umbrellaId }) => umbrellaId),
  }),
  offer: ({ offer }) => ({ type: "offer", sdp: sdp("offer", offer) }),
  answer: ({ answer }) => ({ type: "answer", sdp: sdp("answer", answer) }),
  midMappings: ({ mapping }) => ({
    type: "mapping",
    mids: new Map(bounded(mapping).map(({ umbrellaId, mid }) => [umbrellaId, mid])),
  }),
  chat: (value) => ({ type: "chat", line: chatLine(value) }),
  speakers: ({ speakers }) => ({
    type: "speakers",
    speakers: bounded(speakers).map(({ participantId, level }) => ({ participantId, level })),
  }),
  forwarding: ({ flows }) => ({
    type: "forwarding",
    flows: bounded(flows).map(({ umbrellaId, layer, hindrance }) => {
      return { trackId: umbrellaId, layer, hindrance };
    }),
  }),
  roomChange: ({ locked }) => ({ type: "room-change", locked }),
  connectionClosed: ({ sending, reason }) => ({ type: "connection-closed", sending, reason }),
  error: ({ code, reason, umbrellaId }) => ({
    type: "error",
    failure: { code, reason, trackId: umbrellaId || undefined },
  }),
  ping: ({ id }) => ({ type: "ping", id: Number(id) }),
  pong: ({ id }) => ({ type: "pong", id: Number(id) }),
  goodbye: ({ code, reason, retry }) => ({ type: "goodbye", goodbye: { code, reason, retry } }),
};

/**
 * What a relay's frame says; undefined where it says nothing to us.
 *
 * @throws Error where it makes no sense
 */
export function decode(frame: Uint8Array): Told | undefined {
  const { message } = fromBinary(RemoteNodeMessageSchema, frame);
  if (message.case === undefined) return undefined;
  const read = READERS[message.case] as ((value: unknown) => Told) | undefined;
  return read?.(message.value);
}

function bounded<Entry>(list: readonly Entry[]): readonly Entry[] {
  if (list.length > MAX_ENTRIES) throw new RangeError(`${list.length} entries are too many.`);
  return list;
}

function sdp(type: RTCSdpType, json: string): string {
  const said: unknown = JSON.parse(json);
  if (typeof said === "object" && said !== null && "type" in said && "sdp" in said) {
    if (said.type === type && typeof said.sdp === "string") return said.sdp;
  }
  throw new TypeError(`The relay's ${type} is no RTCSessionDescription.`);
}

function welcome(value: pb.Welcome): Welcome {
  if (value.you === undefined) throw new TypeError("The relay's welcome does not say who we are.");
  return {
    you: participant(value.you),
    room: value.room,
    resumption: value.resumption,
    resumed: value.resumed,
    participants: bounded(value.participants).map(participant),
    chat: bounded(value.chat).map(chatLine),
    locked: value.locked,
    iceServers: value.iceServers.map(({ urls, username, credential }) => {
      return { urls, username, credential };
    }),
  };
}

function participant({ id, name, handRaised, role, away }: pb.Participant): Participant {
  return { id, name, handRaised, role: role === "publisher" ? role : "client", away };
}

function chatLine({ participantId, name, text, time }: pb.Chat): ChatLine {
  return { participantId, name, text, time: Number(time) };
}

/** Of a kind that we do not know, nothing can be shown. */
function tracks(descriptors: readonly pb.TrackDescriptor[]): readonly Track[] {
  const known = bounded(descriptors).filter(({ kind }) => TrackKind[kind] && kind !== 0);
  return known.map((track) => ({
    id: track.umbrellaId,
    kind: track.kind === TrackKind.Audio ? "audio" : "video",
    source: SOURCES[track.source] ?? "unspecified",
    participantId: track.participantId,
    streamId: track.streamId,
    muted: track.muted,
    stalled: track.stalled,
    codec: track.codec || undefined,
    layers: track.layers.map(({ rid, width, height }) => ({ rid, width, height })),
  }));
}
