import { batch, type Signal, signal } from "@preact/signals";
import { askFor, type DeviceEdge, type Kind, type Trouble } from "./ask.ts";
import type { Memory } from "./memory.ts";

/** A device that can be chosen. */
export interface Device {
  readonly id: string;
  /** Empty before the browser lets the page see it. */
  readonly label: string;
}

/** The devices there are. */
export type Lists = Readonly<Record<Kind | "speaker", readonly Device[]>>;

const BOTH: readonly Kind[] = ["camera", "microphone"];

/** The one of a kind: what comes of it, whether it is wanted, and why it is not there. */
class Own {
  readonly track = signal<MediaStreamTrack | undefined>(undefined);
  readonly trouble = signal<Trouble | undefined>(undefined);
  readonly isOn: Signal<boolean>;
  readonly chosen: Signal<string>;
  /** What was there was taken away, and nobody has said so yet. */
  wasLost = false;
  /** Counts questions: the answer to an older one is of no use. */
  asked = 0;

  constructor(isOn: boolean, chosen: string) {
    this.isOn = signal(isOn);
    this.chosen = signal(chosen);
  }

  stop(): void {
    this.asked += 1;
    this.track.value?.stop();
    this.track.value = undefined;
  }
}

/** One's own camera and microphone, and the speakers. */
export class Devices {
  readonly camera: Own;
  readonly microphone: Own;
  readonly speaker: Signal<string>;
  readonly lists = signal<Lists>({ camera: [], microphone: [], speaker: [] });
  readonly isAsking = signal(false);
  readonly #edge: DeviceEdge;
  readonly #memory: Memory;

  constructor(edge: DeviceEdge, memory: Memory) {
    this.#edge = edge;
    this.#memory = memory;
    const { camera, microphone, speaker, cameraOn, microphoneOn } = memory.value;
    this.camera = new Own(cameraOn, camera);
    this.microphone = new Own(microphoneOn, microphone);
    this.speaker = signal(speaker);
    edge.media?.addEventListener("devicechange", () => void this.#changed());
  }

  /** Open those that are wanted: all, or of these kinds. */
  async open(kinds: readonly Kind[] = BOTH): Promise<void> {
    // A microphone that is off is opened all the same: to turn it on is to speak at once.
    const wanted = kinds.filter((kind) => kind === "microphone" || this.camera.isOn.value);
    if (wanted.length === 0) return;
    const turns = new Map(wanted.map((kind) => [kind, ++this[kind].asked]));
    this.isAsking.value = true;
    const ids = wanted.map((kind) => [kind, this[kind].chosen.value]);
    const { tracks, troubles } = await askFor(this.#edge, Object.fromEntries(ids));
    batch(() => {
      this.isAsking.value = false;
      for (const [kind, turn] of turns) {
        if (this[kind].asked !== turn) tracks[kind]?.stop();
        else this.#take(kind, tracks[kind], troubles[kind]);
      }
    });
    await this.#list();
  }

  /** Turn a camera or a microphone on or off; a camera that is off is let go. */
  turn(kind: Kind, on: boolean): void {
    const own = this[kind];
    own.isOn.value = on;
    this.#memory.keep(kind === "camera" ? { cameraOn: on } : { microphoneOn: on });
    if (kind === "camera" && !on) own.stop();
    else if (own.track.value !== undefined) own.track.value.enabled = on;
    else if (on) void this.open([kind]);
  }

  /** Use another device from now on. */
  async choose(kind: Kind, id: string): Promise<void> {
    const own = this[kind];
    own.chosen.value = id;
    this.#memory.keep({ [kind]: id });
    // Many telephones open a camera only when no other one is open. What it was stays shown till then.
    if (kind === "camera") own.track.value?.stop();
    await this.open([kind]);
  }

  chooseSpeaker(id: string): void {
    this.speaker.value = id;
    this.#memory.keep({ speaker: id });
  }

  /** Let all of them go. */
  stop(): void {
    for (const kind of BOTH) this[kind].stop();
  }

  #take(kind: Kind, track: MediaStreamTrack | undefined, trouble: Trouble | undefined): void {
    const own = this[kind];
    const before = own.track.value;
    own.trouble.value = trouble === "missing" && own.wasLost ? "lost" : trouble;
    own.wasLost = false;
    if (track === undefined && before?.readyState === "live") return;
    if (track !== undefined) {
      track.enabled = own.isOn.value;
      track.addEventListener("ended", () => void this.#lost(kind, track));
    }
    own.track.value = track;
    if (before !== track) before?.stop();
  }

  /** A device was unplugged, or the browser took it away: another one does as well. */
  async #lost(kind: Kind, track: MediaStreamTrack): Promise<void> {
    const own = this[kind];
    if (own.track.value !== track) return;
    own.track.value = undefined;
    await this.open([kind]);
    if (own.track.value === undefined && own.trouble.value === "missing")
      own.trouble.value = "lost";
  }

  async #changed(): Promise<void> {
    await this.#list();
    const gone = BOTH.filter((kind) => {
      const { isOn, track, trouble } = this[kind];
      const isMissing = trouble.value === "missing" || trouble.value === "lost";
      return isOn.value && track.value === undefined && isMissing;
    });
    const back = gone.filter((kind) => this.lists.value[kind].length > 0);
    if (back.length > 0) await this.open(back);
  }

  async #list(): Promise<void> {
    const all = (await this.#edge.media?.enumerateDevices()) ?? [];
    const of = (kind: MediaDeviceKind) => {
      return all
        .filter((one) => one.kind === kind && one.deviceId !== "")
        .map(({ deviceId, label }) => ({ id: deviceId, label }));
    };
    this.lists.value = {
      camera: of("videoinput"),
      microphone: of("audioinput"),
      speaker: of("audiooutput"),
    };
  }
}
