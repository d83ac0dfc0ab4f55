import { RoomError, reasonOf } from "../room/failure.ts";
import { reconnectDelay } from "../room/line/delay.ts";
import { Room } from "../room/room.ts";
import { open } from "./devices.ts";
import { Grid } from "./grid.ts";
import { styles } from "./style.ts";

const source = import.meta.url;

/**
 * `<trunkline-room room="studio" publish="camera,microphone">`: a room as a grid of videos.
 *
 * Attributes: `relay` (URL; where this script came from if it is missing), `room`, `name`,
 * `publish` ("camera", "microphone", both with a comma, or "none"). Events: "state" and "error", as
 * those of `Room`, in `detail`.
 */
export class TrunklineRoom extends HTMLElement {
  static readonly observedAttributes = ["relay", "room", "name", "publish"];

  readonly #grid = new Grid(() => {
    this.#button.hidden = false;
  });
  readonly #note = Object.assign(document.createElement("p"), { hidden: true });
  readonly #button = Object.assign(document.createElement("button"), {
    hidden: true,
    textContent: "Turn sound on",
  });
  #staying = new AbortController();
  #room: Room | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles()];
    this.#button.addEventListener("click", () => {
      this.#grid.unmute();
      this.#button.hidden = true;
    });
    root.append(this.#note, this.#button, this.#grid.element);
  }

  /** The room, once it was entered. */
  get session(): Room | undefined {
    return this.#room;
  }

  connectedCallback(): void {
    this.#begin();
  }

  disconnectedCallback(): void {
    this.#end();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#begin();
  }

  #begin(): void {
    this.#end();
    this.#staying = new AbortController();
    const { signal } = this.#staying;
    // Attributes that are set one after the other make one entry.
    queueMicrotask(() => void this.#stay(signal));
  }

  #end(): void {
    this.#staying.abort();
    this.#room?.leave();
    this.#room = undefined;
    this.#grid.clear();
  }

  /** Enter, and try again while that may help. */
  async #stay(signal: AbortSignal): Promise<void> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        const room = await this.#enter(signal);
        await this.#publish(room, signal).catch((error: unknown) => this.#fail(error));
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#fail(error);
        if (!(error instanceof RoomError) || !error.retry) return;
        const seconds = reconnectDelay(failures, Math.random());
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      }
    }
  }

  async #enter(signal: AbortSignal): Promise<Room> {
    const relay = this.getAttribute("relay") ?? new URL("..", source).href;
    const name = this.getAttribute("name") ?? "";
    const room = await Room.connect(relay, { room: this.getAttribute("room") ?? "", name, signal });
    if (signal.aborted) room.leave();
    signal.throwIfAborted();
    this.#room = room;
    this.#follow(room);
    return room;
  }

  #follow(room: Room): void {
    const tell = (type: string, detail: unknown) => {
      this.dispatchEvent(new CustomEvent(type, { detail }));
    };
    room.on("subscribed", ({ track, stream }) => {
      const id = track.participantId;
      this.#grid.show(stream, { id, name: room.participants.get(id)?.name ?? "" });
      if (track.kind === "video") {
        this.#grid.follow(stream, (wish) => room.setWish(track.id, wish));
      }
    });
    room.on("unsubscribed", ({ stream }) => {
      if (stream.getTracks().length === 0) this.#grid.hide(stream);
    });
    room.on("error", (failure) => tell("error", failure));
    room.on("state", (state) => {
      const goodbye = state.phase === "closed" && state.goodbye.code !== "left" && state.goodbye;
      this.#say(state.phase === "reconnecting" ? "Reconnecting…" : goodbye ? goodbye.reason : "");
      tell("state", state);
      // Lets devices go, too.
      if (state.phase === "closed") this.#end();
    });
    this.#say("");
    tell("state", room.state);
  }

  async #publish(room: Room, signal: AbortSignal): Promise<void> {
    const stream = await open(this.getAttribute("publish"));
    if (stream === undefined) return;
    const stop = () => {
      for (const track of stream.getTracks()) track.stop();
    };
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    const { id = "", name = "" } = room.you ?? {};
    this.#grid.show(stream, { id, name, own: true });
    await room.publishStream(stream, { signal });
  }

  #fail(error: unknown): void {
    if (this.#staying.signal.aborted) return;
    const code = error instanceof RoomError ? error.code : "browser";
    const detail = { code, reason: reasonOf(error), trackId: undefined };
    this.#say(detail.reason);
    this.dispatchEvent(new CustomEvent("error", { detail }));
  }

  #say(sentence: string): void {
    this.#note.textContent = sentence;
    this.#note.hidden = sentence === "";
  }
}

if (customElements.get("trunkline-room") === undefined) {
  customElements.define("trunkline-room", TrunklineRoom);
}
