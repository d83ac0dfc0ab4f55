import type { Publication, PublishOptions, Room } from "@trunkline/sdk";

interface Wanted {
  readonly track: MediaStreamTrack | undefined;
  readonly muted: boolean;
}

/** Keeps one publication as it is wanted: what is sent, and whether it is muted. */
export class Sender {
  readonly #room: Room;
  readonly #options: PublishOptions;
  readonly #failed: (error: unknown) => void;
  #publication: Publication | undefined;
  #wanted: Wanted = { track: undefined, muted: true };
  // Bounded: each step does what is wanted last, and those after it find nothing to do.
  #work: Promise<void> = Promise.resolve();

  constructor(room: Room, options: PublishOptions, failed: (error: unknown) => void) {
    this.#room = room;
    this.#options = options;
    this.#failed = failed;
  }

  /** Send this from now on; nothing without a track. */
  send(track: MediaStreamTrack | undefined, muted: boolean): void {
    this.#wanted = { track, muted };
    this.#work = this.#work.then(() => this.#settle()).catch(this.#failed);
  }

  async #settle(): Promise<void> {
    const { track, muted } = this.#wanted;
    // The room withdraws what has ended, and what the relay refuses.
    const current = this.#room.publications.get(this.#publication?.id ?? "");
    if (current === undefined) {
      if (track === undefined || track.readyState === "ended") return;
      this.#publication = await this.#room.publish(track, { ...this.#options, muted });
      return;
    }
    if (muted && !current.muted) this.#room.setMuted(current, true);
    if (current.track !== (track ?? null)) await this.#room.replace(current, track ?? null);
    if (!muted && current.muted) this.#room.setMuted(current, false);
  }
}
