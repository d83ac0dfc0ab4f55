import type { Call } from "../../store/call/call.ts";
import type { Meeting } from "../../store/call/meeting.ts";
import { text } from "../../text.ts";
import { toClipboard } from "../clipboard.ts";
import type { IconName } from "../icons.tsx";
import type { Screen } from "../screen.ts";
import { float } from "./float.ts";

/** Something that a button and a key do. */
export interface Deed {
  readonly icon: IconName;
  readonly label: string;
  readonly key: string;
  readonly look?: "on" | "off" | undefined;
  readonly disabled?: boolean;
  readonly run: () => void;
}

/** All that a call offers. */
export type Deeds = ReturnType<typeof deedsOf>;

type View =
  | "invite"
  | "devices"
  | "statistics"
  | "float"
  | "fullscreen"
  | "help"
  | "previous"
  | "next";

/** What can be done now, with the words for it. */
export function deedsOf(call: Call, meeting: Meeting, screen: Screen) {
  return {
    microphone: microphone(call),
    camera: camera(call),
    screen: sharing(meeting),
    hand: hand(meeting),
    chat: panel(meeting, "chat", "c"),
    people: panel(meeting, "people", "o"),
    close: close(meeting),
    ...views(call, meeting, screen),
  };
}

const words = text.call;

function microphone({ devices }: Call): Deed {
  const isOn = devices.microphone.track.value !== undefined && devices.microphone.isOn.value;
  return {
    icon: isOn ? "microphone" : "microphoneOff",
    label: isOn ? words.mute : words.unmute,
    key: "m",
    look: isOn ? undefined : "off",
    run: () => devices.turn("microphone", !isOn),
  };
}

function camera({ devices }: Call): Deed {
  const isOn = devices.camera.track.value !== undefined;
  return {
    icon: isOn ? "camera" : "cameraOff",
    label: isOn ? words.cameraOff : words.cameraOn,
    key: "v",
    look: isOn ? undefined : "off",
    run: () => devices.turn("camera", !isOn),
  };
}

function sharing({ own }: Meeting): Deed {
  const isOn = own.screen.value !== undefined;
  return {
    icon: "screen",
    label: isOn ? words.unshare : words.share,
    key: "x",
    look: isOn ? "on" : undefined,
    run: () => (isOn ? own.stopSharing() : void own.share()),
  };
}

function hand(meeting: Meeting): Deed {
  const isUp = meeting.presence.handRaised.value;
  return {
    icon: "hand",
    label: isUp ? words.lowerHand : words.raiseHand,
    key: "h",
    look: isUp ? "on" : undefined,
    run: () => meeting.raiseHand(!isUp),
  };
}

function panel(meeting: Meeting, which: "chat" | "people", key: string): Deed {
  return { icon: which, label: words[which], key, run: () => meeting.toggle(which) };
}

function views(call: Call, meeting: Meeting, screen: Screen): Record<View, Deed> {
  const { measures, dialog, stage } = meeting;
  const isFull = screen.isFull.value;
  const show = (which: "devices" | "help") => () => {
    dialog.value = dialog.value === which ? undefined : which;
  };
  return {
    invite: { icon: "link", label: words.copyInvitation, key: "i", run: () => void invite(call) },
    devices: { icon: "devices", label: words.settings, key: "d", run: show("devices") },
    statistics: {
      icon: "statistics",
      label: words.statistics,
      key: "s",
      run: () => {
        measures.isShown.value = !measures.isShown.value;
      },
    },
    float: {
      icon: "pictureInPicture",
      label: words.pictureInPicture,
      key: "p",
      disabled: !screen.canFloat,
      run: () => float(meeting),
    },
    fullscreen: {
      icon: isFull ? "leaveFullscreen" : "fullscreen",
      label: isFull ? words.leaveFullscreen : words.fullscreen,
      key: "f",
      run: screen.toggleFull,
    },
    help: { icon: "keyboard", label: words.help, key: "?", run: show("help") },
    previous: {
      icon: "previous",
      label: words.previous,
      key: ",",
      disabled: stage.scene.value.page === 0,
      run: () => stage.turn(-1),
    },
    next: {
      icon: "next",
      label: words.next,
      key: ".",
      disabled: stage.scene.value.page + 1 >= stage.scene.value.pages,
      run: () => stage.turn(1),
    },
  };
}

async function invite(call: Call): Promise<void> {
  const copied = await toClipboard(call.invitation, null);
  call.notices.say(copied ? words.copied : words.notCopied(call.invitation));
}

/** Close what is beside the pictures. */
function close(meeting: Meeting): Deed {
  const shown = meeting.panel.value;
  return {
    icon: "close",
    label: words.closePanel,
    key: "escape",
    disabled: shown === undefined,
    run: () => {
      if (shown !== undefined) meeting.toggle(shown);
    },
  };
}
