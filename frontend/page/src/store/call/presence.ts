import { batch, signal } from "@preact/signals";
import type {
  Flow,
  Participant,
  Room,
  RoomState,
  Speaker,
  Subscription,
  Track,
} from "@trunkline/sdk";

/** What is known of a room, as signals. */
export class Presence {
  readonly state = signal<RoomState>({ phase: "connected" });
  readonly you = signal<Participant | undefined>(undefined);
  readonly participants = signal<ReadonlyMap<string, Participant>>(new Map());
  readonly tracks = signal<ReadonlyMap<string, Track>>(new Map());
  readonly subscriptions = signal<ReadonlyMap<string, Subscription>>(new Map());
  readonly speakers = signal<readonly Speaker[]>([]);
  readonly flows = signal<ReadonlyMap<string, Flow>>(new Map());
  readonly handRaised = signal(false);

  /** Follow a room; to be called right after it was entered. */
  constructor(room: Room) {
    const copy = () => {
      batch(() => {
        this.state.value = room.state;
        this.you.value = room.you;
        this.participants.value = room.participants;
        this.tracks.value = room.tracks;
        this.speakers.value = room.speakers;
        this.flows.value = room.flows;
      });
    };
    // The room keeps one map of these.
    const copySubscriptions = () => {
      this.subscriptions.value = new Map(room.subscriptions);
    };
    copy();
    copySubscriptions();
    for (const name of ["state", "participants", "tracks", "speakers", "flows"] as const) {
      room.on(name, copy);
    }
    room.on("subscribed", copySubscriptions);
    room.on("unsubscribed", copySubscriptions);
  }
}
