/** What this browser remembers from one call to the next. */
export interface Remembered {
  readonly name: string;
  /** Ids of devices; empty: the browser's own choice. */
  readonly camera: string;
  readonly microphone: string;
  readonly speaker: string;
  readonly cameraOn: boolean;
  readonly microphoneOn: boolean;
  /** Whether single keys do something. */
  readonly shortcuts: boolean;
}

const NOTHING: Remembered = {
  name: "",
  camera: "",
  microphone: "",
  speaker: "",
  cameraOn: true,
  microphoneOn: true,
  shortcuts: true,
};

const KEY = "trunkline.call";

/** Keeps a record in the browser's storage; where there is none, as long as the page lives. */
export class Memory {
  readonly #storage: Pick<Storage, "getItem" | "setItem"> | undefined;
  #value: Remembered;

  constructor(storage: Pick<Storage, "getItem" | "setItem"> | undefined) {
    this.#storage = storage;
    this.#value = read(storage);
  }

  get value(): Remembered {
    return this.#value;
  }

  keep(part: Partial<Remembered>): void {
    this.#value = { ...this.#value, ...part };
    try {
      this.#storage?.setItem(KEY, JSON.stringify(this.#value));
    } catch {
      // It is full, or closed to this page: then it is remembered no longer than the page lives.
    }
  }
}

/** The browser's storage; undefined where the page may not use it. */
export function browserStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

/** Take what is of the right type; older pages may have left something else. */
function read(storage: Pick<Storage, "getItem"> | undefined): Remembered {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? "{}");
    if (typeof kept !== "object" || kept === null) return NOTHING;
    const good = Object.entries(kept).filter(([key, value]) => {
      return typeof value === typeof NOTHING[key as keyof Remembered];
    });
    return { ...NOTHING, ...Object.fromEntries(good) };
  } catch {
    return NOTHING;
  }
}
