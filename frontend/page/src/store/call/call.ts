import { signal } from "@preact/signals";
import { type Goodbye, Room, RoomError } from "@trunkline/sdk";
import { text } from "../../text.ts";
import { isName } from "../name.ts";
import type { DeviceEdge } from "./ask.ts";
import { Devices } from "./devices.ts";
import { Meeting } from "./meeting.ts";
import type { Memory } from "./memory.ts";
import { Notices } from "./notices.ts";
import { type CallPlace, invitation } from "./place.ts";

/** Milliseconds. */
const AGAIN_AFTER = 3_000;

/** Where somebody stands: before, in, or after a call. */
export type Phase =
  | { readonly kind: "lobby" }
  | { readonly kind: "joining" }
  | { readonly kind: "call"; readonly meeting: Meeting }
  | { readonly kind: "over"; readonly goodbye: Goodbye };

/** The state of a `/sfu` page. */
export class Call {
  readonly place: CallPlace;
  readonly devices: Devices;
  readonly memory: Memory;
  readonly notices = new Notices();
  readonly phase = signal<Phase>({ kind: "lobby" });
  readonly room = signal("");
  readonly name = signal("");
  readonly passphrase = signal("");
  readonly needsPassphrase = signal(false);
  /** Why one was not let in. */
  readonly refusal = signal("");
  /** What has to be mended before one can join. */
  readonly wrong = signal<"room" | "name" | undefined>(undefined);
  #entering: AbortController | undefined;

  constructor(place: CallPlace, memory: Memory, edge: DeviceEdge) {
    this.place = place;
    this.memory = memory;
    this.devices = new Devices(edge, memory);
    this.room.value = place.room;
    this.name.value = place.name || memory.value.name;
  }

  /** Begin as the address asks for. */
  async begin(): Promise<void> {
    const { entry } = this.place;
    if (entry === "viewer") return this.#enter(true);
    const opened = this.devices.open();
    // What the devices give is sent when it is there.
    if (entry === "now") await this.#enter(false);
    await opened;
  }

  /** Enter the room with what was filled in; viewers send nothing. */
  async join(isViewer: boolean): Promise<void> {
    this.wrong.value = undefined;
    const [room, name] = [this.room.value.trim(), this.name.value.trim()];
    if (!isName(room)) this.wrong.value = "room";
    else if (!isName(name) && !(isViewer && name === "")) this.wrong.value = "name";
    else await this.#enter(isViewer);
  }

  /** Leave the call, or give up entering it. */
  leave(): void {
    this.#entering?.abort();
    const phase = this.phase.value;
    if (phase.kind === "call") phase.meeting.room.leave();
    this.devices.stop();
  }

  /** Back to the lobby. */
  async again(): Promise<void> {
    this.refusal.value = "";
    this.phase.value = { kind: "lobby" };
    await this.devices.open();
  }

  /** What others are sent, to find here. */
  get invitation(): string {
    return invitation(this.place.base, this.room.value.trim());
  }

  async #enter(isViewer: boolean): Promise<void> {
    if (this.phase.value.kind !== "lobby") return;
    this.phase.value = { kind: "joining" };
    this.#entering = new AbortController();
    const [room, name] = [this.room.value.trim(), this.name.value.trim()];
    try {
      const entered = await Room.connect(this.place.base, {
        room,
        name,
        passphrase: this.passphrase.value,
        signal: this.#entering.signal,
        // Each picture is asked for when it has its place.
        subscribe: ({ kind }) => (kind === "audio" ? {} : null),
      });
      this.#entered(entered, isViewer);
    } catch (error) {
      this.#refused(error, isViewer);
    }
  }

  #entered(room: Room, isViewer: boolean): void {
    this.refusal.value = "";
    this.needsPassphrase.value = false;
    if (this.name.value.trim() !== "") this.memory.keep({ name: this.name.value.trim() });
    if (isViewer) this.devices.stop();
    const meeting = new Meeting(room, this.devices, this.notices, {
      base: this.place.base,
      passphrase: this.passphrase.value,
      isViewer,
    });
    room.on("state", (state) => {
      if (state.phase !== "closed") return;
      meeting.leave();
      this.devices.stop();
      this.phase.value = { kind: "over", goodbye: state.goodbye };
    });
    this.phase.value = { kind: "call", meeting };
  }

  #refused(error: unknown, isViewer: boolean): void {
    this.phase.value = { kind: "lobby" };
    if (!(error instanceof RoomError)) return;
    const isSecret = error.code === "passphrase";
    // Who was not asked for one has done nothing wrong.
    const isFirst = isSecret && !this.needsPassphrase.value;
    this.needsPassphrase.value ||= isSecret;
    const words: Partial<Record<string, string>> = text.call.refusals;
    this.refusal.value = isFirst ? text.call.asksPassphrase : (words[error.code] ?? error.message);
    // Where nobody stands before the page, nobody else tries again.
    if (error.retry && this.place.entry !== "lobby") {
      setTimeout(() => void this.#enter(isViewer), AGAIN_AFTER);
    }
  }
}
