/** What a track carries. */
export type Kind = "audio" | "video";

/** What a track shows. */
export type Source = "unspecified" | "camera" | "microphone" | "screen" | "screen-audio";

/** Somebody in the room. */
export interface Participant {
  readonly id: string;
  readonly name: string;
  readonly handRaised: boolean;
  /** "publisher": came by WHIP, and says nothing. */
  readonly role: "client" | "publisher";
  /** Its connection is lost, and it may come back. */
  readonly away: boolean;
}

/** One simulcast encoding (RFC 8853). */
export interface Layer {
  readonly rid: string;
  /** Pixels; 0 where they are not known. */
  readonly width: number;
  readonly height: number;
}

/** A track of somebody else. */
export interface Track {
  /** Unique in the room. */
  readonly id: string;
  readonly kind: Kind;
  readonly source: Source;
  readonly participantId: string;
  /** Tracks of one stream belong together: lips and voice. */
  readonly streamId: string;
  /** It sends nothing, on purpose. */
  readonly muted: boolean;
  /** Nothing has come for a while, though it is not muted. */
  readonly stalled: boolean;
  /** As in SDP; undefined before its first packet. */
  readonly codec: string | undefined;
  /** Lowest first; none where the track is sent once. */
  readonly layers: readonly Layer[];
}

/** How much of a track is wanted; {} is all of it. */
export interface Wish {
  /** Nothing for now. To go on takes no negotiation. */
  readonly paused?: boolean;
  /** Index into `Track.layers`; the best one where it is missing. */
  readonly maxLayer?: number;
  /** Pixels of the place where it is shown: the relay sends the lowest layer that fills it. */
  readonly width?: number;
  readonly height?: number;
}

/** What somebody said. */
export interface ChatLine {
  readonly participantId: string;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Somebody who speaks. */
export interface Speaker {
  readonly participantId: string;
  /** dB below the loudest there is, 0 to 127 (RFC 6464). */
  readonly level: number;
}

/** What comes of a track that is wanted. */
export interface Flow {
  readonly trackId: string;
  /** Index into `Track.layers`. */
  readonly layer: number | undefined;
  /** Why nothing comes: "paused", "codec" (this browser cannot play it); "" if it does come. */
  readonly hindrance: string;
}

/** Somebody who left, and why. */
export interface Departure {
  readonly id: string;
  readonly code: string;
  readonly reason: string;
}

/** Why a conversation is over. */
export interface Goodbye {
  /** For programs. */
  readonly code: string;
  /** A sentence for a person. */
  readonly reason: string;
  /** Whether a new connection may do better. */
  readonly retry: boolean;
}

/** Something that was not done. */
export interface Failure {
  /** For programs. */
  readonly code: string;
  /** A sentence for a person: cause and remedy. */
  readonly reason: string;
  /** Which track it is about, if any. */
  readonly trackId: string | undefined;
}

/** A STUN or TURN server. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** The answer to the first message. */
export interface Welcome {
  readonly you: Participant;
  readonly room: string;
  /** Names this session when its socket was lost; secret. */
  readonly resumption: string;
  /** The session goes on; its media was never interrupted. */
  readonly resumed: boolean;
  readonly participants: readonly Participant[];
  readonly chat: readonly ChatLine[];
  readonly locked: boolean;
  readonly iceServers: readonly IceServer[];
}

/** A track of our own, as it is announced. */
export interface Announced {
  readonly id: string;
  readonly kind: Kind;
  readonly source: Source;
  /** MediaStreamTrack.id when it was published. */
  readonly name: string;
  readonly streamId: string;
  readonly muted: boolean;
}
