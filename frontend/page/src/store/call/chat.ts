import { signal } from "@preact/signals";
import type { ChatLine, Room } from "@trunkline/sdk";

/** Characters that the relay takes in one line. */
export const MAX_LINE = 2_000;

/** What people write to each other. */
export class Chat {
  readonly lines = signal<readonly ChatLine[]>([]);
  /** Lines that came while nobody saw them. */
  readonly unread = signal(0);
  readonly isShown = signal(false);
  readonly #room: Room;

  /** `heard` is called for each line of somebody else that comes while it is not shown. */
  constructor(room: Room, heard: (line: ChatLine) => void) {
    this.#room = room;
    const copy = () => {
      this.lines.value = room.chat;
    };
    copy();
    room.on("state", copy);
    room.on("chat", (line) => {
      copy();
      if (this.isShown.value || line.participantId === room.you?.id) return;
      this.unread.value += 1;
      heard(line);
    });
  }

  /** Show it or not. */
  show(shown: boolean): void {
    this.isShown.value = shown;
    if (shown) this.unread.value = 0;
  }

  /** Whether it could be said. */
  say(words: string): boolean {
    const line = words.trim().slice(0, MAX_LINE);
    return line !== "" && this.#room.say(line);
  }
}
