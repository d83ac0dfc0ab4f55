import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Participant, Room } from "@trunkline/sdk";
import { text } from "../../text.ts";
import { followCameras, type RoomCamera } from "../cameras.ts";
import { keepAwake } from "./awake.ts";
import { isolated } from "./bidi.ts";
import { Chat } from "./chat.ts";
import { happenings } from "./coming.ts";
import type { Devices } from "./devices.ts";
import { Measures } from "./measures.ts";
import type { Notices } from "./notices.ts";
import { OwnMedia } from "./own.ts";
import { Presence } from "./presence.ts";
import { Stage } from "./stage.ts";
import { troubleText } from "./trouble.ts";

/** More people who come or go at one moment are told as a number. */
const MOST_NAMES = 3;

/** A call that was entered, with all that belongs to it. */
export class Meeting {
  readonly room: Room;
  readonly isViewer: boolean;
  readonly presence: Presence;
  readonly stage: Stage;
  readonly own: OwnMedia;
  readonly chat: Chat;
  readonly measures: Measures;
  /** Those of the room, while one of them may be why there is no picture. */
  readonly cameras: ReadonlySignal<readonly RoomCamera[]>;
  readonly notices: Notices;
  /** What is shown beside the pictures. */
  readonly panel = signal<"chat" | "people" | undefined>(undefined);
  /** What is shown above all else. */
  readonly dialog = signal<"devices" | "help" | undefined>(undefined);
  /** The browser plays no sound before somebody touches the page. */
  readonly isSilenced = signal(false);
  readonly #stops: readonly (() => void)[];

  /** To be made right after the room was entered. */
  constructor(
    room: Room,
    devices: Devices,
    notices: Notices,
    { base, passphrase, isViewer }: { base: string; passphrase: string; isViewer: boolean },
  ) {
    this.room = room;
    this.isViewer = isViewer;
    this.notices = notices;
    this.presence = new Presence(room);
    this.stage = new Stage(room, this.presence, !isViewer);
    this.own = new OwnMedia(room, devices, notices, isViewer);
    this.chat = new Chat(room, ({ name, text: line }) =>
      notices.say(text.call.said(isolated(name), isolated(line))),
    );
    this.measures = new Measures(room);
    room.on("error", ({ code, reason }) => {
      const words: Partial<Record<string, string>> = text.call.failures;
      notices.say(words[code] ?? reason, { isTrouble: true });
    });
    const following = followCameras(
      { base, room: room.name, passphrase },
      computed(() => this.#misses()),
    );
    this.cameras = following.cameras;
    this.#stops = [
      keepAwake(),
      following.stop,
      this.#tellOfPeople(),
      ...(isViewer ? [] : this.#tellOfDevices(devices)),
      // A raised hand is the room's, and outlives its socket.
      effect(() => {
        this.presence.handRaised.value = this.presence.you.value?.handRaised ?? false;
      }),
    ];
  }

  /** Show a panel, or, if it is shown already, none. */
  toggle(panel: "chat" | "people"): void {
    this.panel.value = this.panel.value === panel ? undefined : panel;
    this.chat.show(this.panel.value === "chat");
  }

  raiseHand(raised: boolean): void {
    this.room.raiseHand(raised);
    this.presence.handRaised.value = raised;
  }

  /** Leave, and let everything go but the devices. */
  leave(): void {
    for (const stop of this.#stops) stop();
    this.own.stop();
    this.stage.stop();
    this.measures.stop();
    this.room.leave();
  }

  /** Whether a picture is missing of somebody who may be a camera. */
  #misses(): boolean {
    const people = this.presence.participants.value;
    return this.stage.tiles.value.some(({ participantId, video, stalled }) => {
      const mayBe = people.get(participantId)?.role === "publisher";
      return mayBe && video !== undefined && (stalled || video.codec === undefined);
    });
  }

  /** Tell why a device that was wanted is not there; what was so in the lobby was read there. */
  #tellOfDevices(devices: Devices): (() => void)[] {
    return (["camera", "microphone"] as const).map((kind) => {
      let known = devices[kind].trouble.peek();
      return effect(() => {
        const trouble = devices[kind].trouble.value;
        if (trouble !== known && trouble !== undefined) {
          this.notices.say(troubleText(trouble, kind), { isTrouble: true });
        }
        known = trouble;
      });
    });
  }

  /** Tell who comes, who leaves, and who wants to speak. */
  #tellOfPeople(): () => void {
    let before: ReadonlyMap<string, Participant> = this.room.participants;
    let isBack = false;
    const stopState = this.room.on("state", () => {
      isBack = true;
    });
    const stop = this.room.on("participants", () => {
      const found = happenings(before, this.room.participants);
      before = this.room.participants;
      // Who comes back after an interruption may be somebody new by its id only.
      if (isBack) {
        isBack = false;
        return;
      }
      for (const type of ["came", "left", "hand"] as const) {
        const names = found.filter((one) => one.type === type).map(({ name }) => name);
        if (names.length > MOST_NAMES) this.notices.say(text.call.many[type](names.length));
        else for (const name of names) this.notices.say(text.call[type](isolated(name)));
      }
    });
    return () => {
      stop();
      stopState();
    };
  }
}
