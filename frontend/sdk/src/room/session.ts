import type { RoomEdge } from "./edge.ts";
import { Emitter } from "./emitter.ts";
import { failure } from "./failure.ts";
import { type Greeting, Line } from "./line/line.ts";
import type {
  ChatLine,
  Departure,
  Failure,
  Flow,
  Goodbye,
  Participant,
  Speaker,
  Track,
  Welcome,
  Wish,
} from "./model.ts";
import { Media, type Subscription } from "./peers/media.ts";
import type { Publication } from "./peers/publication.ts";
import { Receiving } from "./peers/receiving.ts";
import { Sending } from "./peers/sending.ts";
import type { Said } from "./signalling/said.ts";
import type { Told } from "./signalling/told.ts";
import { NOTHING, reduce, type View } from "./signalling/view.ts";
import { sameWishes, type Wishes } from "./wishes.ts";

/** Milliseconds after a resumption within which the relay tells which tracks there still are. */
const RESUMED_WITHIN = 1_000;
/** Sessions begun anew because of an offer that cannot be taken, until media flow. */
const MAX_RENEWALS = 3;

/** Where a room stands. All but "closed" go on by themselves. */
export type RoomState =
  | { readonly phase: "connecting" }
  | { readonly phase: "connected" }
  | { readonly phase: "reconnecting"; readonly reason: string }
  | { readonly phase: "closed"; readonly goodbye: Goodbye };

/** What happens in a room, by name. */
export interface RoomEvents {
  state: RoomState;
  /** Who came or changed, and who left. */
  participants: { readonly present: readonly Participant[]; readonly gone: readonly Departure[] };
  /** All tracks of the others, where one came, changed or went. */
  tracks: ReadonlyMap<string, Track>;
  subscribed: Subscription;
  unsubscribed: Subscription;
  /** All that we publish, where that changed. */
  publications: ReadonlyMap<string, Publication>;
  flows: readonly Flow[];
  speakers: readonly Speaker[];
  chat: ChatLine;
  lock: boolean;
  /** Something was not done; the room goes on. */
  error: Failure;
}

/** Joins the line to the relay with the two media connections, and tells what happens. */
export class Session {
  readonly emitter = new Emitter<RoomEvents>();
  readonly line: Line;
  readonly sending: Sending;
  readonly receiving: Receiving;
  readonly media: Media;
  view: View = NOTHING;
  state: RoomState = { phase: "connecting" };
  handRaised = false;
  readonly #wishes: Wishes;
  readonly #ending = new AbortController();
  #iceServers: RTCIceServer[] = [];
  #wanted: ReadonlyMap<string, Wish> | undefined;
  #gathering = false;
  #renewals = 0;
  #resuming: ReturnType<typeof setTimeout> | undefined;

  constructor(edge: RoomEdge, url: string, greeting: Greeting, wishes: Wishes) {
    this.#wishes = wishes;
    this.media = new Media(() => edge.stream());
    const common = {
      connect: () => edge.connect({ bundlePolicy: "max-bundle", iceServers: this.#iceServers }),
      say: (said: Said) => this.line.say(said),
      well: () => {
        this.#renewals = 0;
      },
      stuck: () => this.#stuck(),
      failed: (why: Failure) => this.emitter.emit("error", why),
    };
    this.sending = new Sending({
      ...common,
      changed: () => this.emitter.emit("publications", this.sending.publications),
    });
    this.receiving = new Receiving({
      ...common,
      changed: () => this.#show(),
      broken: (reason) => this.#renew(reason),
    });
    this.line = new Line(edge, url, greeting, {
      welcome: (welcome) => this.#welcome(welcome),
      told: (told) => this.#hear(told),
      failed: common.failed,
      down: (reason) => this.#become({ phase: "reconnecting", reason }),
      over: (goodbye) => this.#close(goodbye),
    });
    const { signal } = this.#ending;
    edge.window.addEventListener("online", () => this.#check(), { signal });
    edge.window.addEventListener("pagehide", () => this.leave(), { signal });
  }

  /** Want this of a track from now on. */
  wish(trackId: string, wish: Wish | null): void {
    if (!this.view.tracks.has(trackId)) return;
    this.#wishes.set(trackId, wish);
    // What is wished for at the same time is said in one message.
    if (this.#gathering) return;
    this.#gathering = true;
    queueMicrotask(() => {
      this.#gathering = false;
      this.#accept();
    });
  }

  /** Take leave. */
  leave(): void {
    if (this.state.phase === "closed") return;
    this.line.close("left", "It left the room.");
    this.#close({ code: "left", reason: "You left the room.", retry: false });
  }

  #welcome(welcome: Welcome): void {
    this.#iceServers = welcome.iceServers.map(({ urls, username, credential }) => ({
      urls: [...urls],
      ...(username ? { username, credential } : {}),
    }));
    const before = this.view.participants;
    this.#reduce({ type: "welcome", welcome });
    if (welcome.resumed) this.#resume();
    else {
      this.#wanted = undefined;
      this.receiving.reset();
      this.sending.reset();
    }
    if (this.handRaised) this.line.say({ type: "status", handRaised: true });
    this.#become({ phase: "connected" });
    const { participants, tracks } = this.view;
    const missing = [...before.keys()].filter((id) => !participants.has(id));
    const gone = missing.map((id) => ({ id, code: "", reason: "" }));
    this.emitter.emit("participants", { present: [...participants.values()], gone });
    this.emitter.emit("tracks", tracks);
  }

  #resume(): void {
    if (this.#wanted !== undefined) this.line.say({ type: "accept", wishes: this.#wanted });
    this.sending.resumed();
    this.receiving.recheck();
    // Where no track is left, the relay says nothing of tracks.
    const none: Told = { type: "tracks", tracks: [] };
    this.#resuming = setTimeout(() => this.#hear(none), RESUMED_WITHIN);
  }

  #hear(told: Told): void {
    switch (told.type) {
      case "offer":
        this.receiving.offered(told.sdp, this.line.speaker());
        break;
      case "answer":
        this.sending.answered(told.sdp);
        break;
      case "mapping":
        this.receiving.mapped(told.mids);
        break;
      case "connection-closed":
        if (told.sending) this.receiving.reset();
        else this.sending.reset();
        break;
      case "error":
        if (!this.sending.failed(told.failure)) this.emitter.emit("error", told.failure);
        break;
      default:
        this.#reduce(told);
        this.#tell(told);
    }
  }

  #reduce(told: Told): void {
    this.view = reduce(this.view, told);
  }

  /** Say what a message changed. */
  #tell(told: Told): void {
    switch (told.type) {
      case "participants":
        this.emitter.emit("participants", { present: told.present, gone: told.gone });
        break;
      case "tracks":
      case "track-changes":
        if (told.type === "tracks") clearTimeout(this.#resuming);
        this.emitter.emit("tracks", this.view.tracks);
        this.#show();
        this.#accept();
        break;
      case "forwarding":
        this.emitter.emit("flows", told.flows);
        break;
      case "speakers":
        this.emitter.emit("speakers", told.speakers);
        break;
      case "chat":
        this.emitter.emit("chat", told.line);
        break;
      case "room-change":
        this.emitter.emit("lock", told.locked);
        break;
      default:
        break;
    }
  }

  /** Say what is wanted, where that is not what was said last. */
  #accept(): void {
    if (!this.#wishes.deliberate) return;
    const wishes = this.#wishes.of(this.view.tracks);
    if (sameWishes(this.#wanted, wishes)) return;
    this.#wanted = wishes;
    this.line.say({ type: "accept", wishes });
  }

  /** Say what came and went of what can be shown. */
  #show(): void {
    const { gone, come } = this.media.update(this.view.tracks, this.receiving.carried);
    for (const one of gone) this.emitter.emit("unsubscribed", one);
    for (const one of come) this.emitter.emit("subscribed", one);
  }

  #become(state: RoomState): void {
    this.state = state;
    this.emitter.emit("state", state);
  }

  #check(): void {
    this.line.check();
    this.sending.recheck();
    this.receiving.recheck();
  }

  #stuck(): void {
    const reason =
      "No way was found for media: see that the relay's media port is open for UDP or TCP.";
    this.emitter.emit("error", failure("no-media-path", reason));
  }

  #renew(reason: string): void {
    this.#renewals += 1;
    const text = `An offer of the relay cannot be taken: ${reason}`;
    this.emitter.emit("error", failure("browser", text));
    if (this.#renewals <= MAX_RENEWALS) {
      this.line.renew("renewed", text);
      return;
    }
    this.line.close("left", text);
    this.#close({ code: "browser", reason: text, retry: false });
  }

  #close(goodbye: Goodbye): void {
    this.#ending.abort();
    clearTimeout(this.#resuming);
    this.view = { ...NOTHING, you: this.view.you, room: this.view.room, chat: this.view.chat };
    this.receiving.reset();
    this.sending.close();
    this.#become({ phase: "closed", goodbye });
  }
}
