import { signal } from "@preact/signals";

/** Something that people are told for a while. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly isTrouble: boolean;
}

/** Notices at one time; the oldest go. */
const MOST = 4;
/** Milliseconds. */
const SAY_FOR = 8_000;
const SAY_TROUBLE_FOR = 15_000;

/** What is told in passing, on the screen and to screen readers. */
export class Notices {
  readonly list = signal<readonly Notice[]>([]);
  #count = 0;

  say(text: string, { isTrouble = false } = {}): void {
    if (this.list.peek().some((one) => one.text === text)) return;
    this.#count += 1;
    const id = this.#count;
    this.list.value = [...this.list.peek(), { id, text, isTrouble }].slice(-MOST);
    setTimeout(() => this.forget(id), isTrouble ? SAY_TROUBLE_FOR : SAY_FOR);
  }

  forget(id: number): void {
    this.list.value = this.list.peek().filter((one) => one.id !== id);
  }
}
