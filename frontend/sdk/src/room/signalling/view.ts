import type { ChatLine, Flow, Participant, Speaker, Track } from "../model.ts";
import type { Told } from "./told.ts";

/** Lines of chat that are kept; the oldest go. */
export const MAX_CHAT = 500;

/** What is known of a room. */
export interface View {
  /** Undefined before the welcome. */
  readonly you: Participant | undefined;
  readonly room: string;
  readonly locked: boolean;
  /** The others, by id. */
  readonly participants: ReadonlyMap<string, Participant>;
  /** Those of the others, by id. */
  readonly tracks: ReadonlyMap<string, Track>;
  /** What comes of tracks, where the relay said so, by the track's id. */
  readonly flows: ReadonlyMap<string, Flow>;
  /** Loudest first. */
  readonly speakers: readonly Speaker[];
  /** Oldest first. */
  readonly chat: readonly ChatLine[];
}

export const NOTHING: View = {
  you: undefined,
  room: "",
  locked: false,
  participants: new Map(),
  tracks: new Map(),
  flows: new Map(),
  speakers: [],
  chat: [],
};

/** The view after a message; the same object where the message changes nothing of it. */
export function reduce(view: View, told: Told): View {
  switch (told.type) {
    case "welcome": {
      const { you, room, locked, chat, resumed } = told.welcome;
      const participants = byId(told.welcome.participants);
      const known = resumed ? view : NOTHING;
      return { ...known, you, room, locked, participants, chat: chat.slice(-MAX_CHAT) };
    }
    case "participants":
      return people(view, told.present, told.gone);
    case "tracks":
      return withTracks(view, told.tracks);
    case "track-changes": {
      const changed = told.tracks.filter(({ id }) => view.tracks.has(id));
      if (changed.length === 0) return view;
      return { ...view, tracks: new Map([...view.tracks, ...byId(changed)]) };
    }
    case "chat":
      return { ...view, chat: [...view.chat, told.line].slice(-MAX_CHAT) };
    case "speakers":
      return { ...view, speakers: told.speakers };
    case "forwarding": {
      const flows = told.flows.filter(({ trackId }) => view.tracks.has(trackId));
      const news = flows.map((flow) => [flow.trackId, flow] as const);
      return { ...view, flows: new Map([...view.flows, ...news]) };
    }
    case "room-change":
      return { ...view, locked: told.locked };
    default:
      return view;
  }
}

function people(
  view: View,
  present: readonly Participant[],
  gone: readonly { readonly id: string }[],
): View {
  const you = present.find(({ id }) => id === view.you?.id) ?? view.you;
  const participants = new Map(view.participants);
  for (const one of present) if (one.id !== you?.id) participants.set(one.id, one);
  for (const { id } of gone) participants.delete(id);
  const speakers = view.speakers.filter(({ participantId: id }) => {
    return participants.has(id) || id === you?.id;
  });
  return { ...view, you, participants, speakers };
}

function withTracks(view: View, tracks: readonly Track[]): View {
  const known = byId(tracks);
  const flows = new Map([...view.flows].filter(([id]) => known.has(id)));
  return { ...view, tracks: known, flows };
}

function byId<Entry extends { readonly id: string }>(entries: readonly Entry[]) {
  return new Map(entries.map((entry) => [entry.id, entry]));
}
