import { computed, effect, signal } from "@preact/signals";
import { type Room, RoomError, SIMULCAST } from "@trunkline/sdk";
import { text } from "../../text.ts";
import type { Devices } from "./devices.ts";
import type { Notices } from "./notices.ts";
import { Sender } from "./sender.ts";

/** What one sends oneself: camera, microphone, and a screen. */
export class OwnMedia {
  /** What one's own tile shows; undefined while the camera is off. */
  readonly picture = computed(() => {
    const track = this.#devices.camera.track.value;
    return track && new MediaStream([track]);
  });
  /** The screen that is shared. */
  readonly screen = signal<MediaStream | undefined>(undefined);
  readonly canShare = typeof navigator.mediaDevices?.getDisplayMedia === "function";
  readonly #room: Room;
  readonly #devices: Devices;
  readonly #notices: Notices;
  readonly #stop: () => void;

  /** Send what the devices give, as long as the room is entered; viewers send nothing. */
  constructor(room: Room, devices: Devices, notices: Notices, isViewer: boolean) {
    this.#room = room;
    this.#devices = devices;
    this.#notices = notices;
    this.#stop = isViewer ? () => undefined : this.#follow();
  }

  #follow(): () => void {
    const failed = (error: unknown) => this.#fail(error);
    // Camera and microphone belong together, whenever each of them is turned on.
    const stream = new MediaStream();
    const camera = new Sender(
      this.#room,
      { source: "camera", simulcast: SIMULCAST, stream },
      failed,
    );
    const microphone = new Sender(this.#room, { source: "microphone", stream }, failed);
    const { camera: eye, microphone: ear } = this.#devices;
    const stops = [
      effect(() => camera.send(eye.track.value, eye.track.value === undefined)),
      effect(() => microphone.send(ear.track.value, !ear.isOn.value || !ear.track.value)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Let people choose a screen or a window, and show it to the others. */
  async share(): Promise<void> {
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: true });
    } catch (error) {
      // Who closes the browser's question has changed their mind.
      const name = error instanceof Error ? error.name : "";
      if (name !== "NotAllowedError") this.#fail(error);
      return;
    }
    this.stopSharing();
    this.screen.value = stream;
    const [picture] = stream.getVideoTracks();
    if (picture !== undefined) {
      picture.contentHint = "detail";
      picture.addEventListener("ended", () => this.#end(stream));
    }
    try {
      await this.#room.publishStream(stream, { source: "screen" });
    } catch (error) {
      this.#end(stream);
      this.#fail(error);
    }
  }

  stopSharing(): void {
    if (this.screen.value !== undefined) this.#end(this.screen.value);
  }

  /** Let all of it go, but for the devices. */
  stop(): void {
    this.#stop();
    this.stopSharing();
  }

  #end(stream: MediaStream): void {
    const tracks = new Set<MediaStreamTrack | null>(stream.getTracks());
    for (const one of [...this.#room.publications.values()]) {
      if (tracks.has(one.track)) this.#room.unpublish(one);
    }
    for (const track of stream.getTracks()) track.stop();
    if (this.screen.value === stream) this.screen.value = undefined;
  }

  #fail(error: unknown): void {
    // What was given up because one left, or because its device went, is no news.
    if (error instanceof RoomError && ["closed", "left", "withdrawn"].includes(error.code)) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#notices.say(text.call.notSent(reason), { isTrouble: true });
  }
}
