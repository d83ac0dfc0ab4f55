import type { Devices } from "../../store/call/devices.ts";
import type { Meeting } from "../../store/call/meeting.ts";
import type { Scene } from "../../store/call/scene.ts";
import { text } from "../../text.ts";
import { Sign } from "../icons.tsx";
import { Avatar } from "./avatar.tsx";
import { placed } from "./tile.tsx";
import { Video } from "./video.tsx";

interface OwnTileProps {
  devices: Devices;
  meeting: Meeting;
  box: Scene["own"];
}

/** What the others see of oneself. */
export function OwnTile({ devices, meeting, box }: OwnTileProps) {
  const { you, handRaised } = meeting.presence;
  const { microphone } = devices;
  const name = you.value?.name ?? "";
  const isHeard = microphone.track.value !== undefined && microphone.isOn.value;
  const picture = meeting.own.picture.value;
  const isSpeaking = isHeard && meeting.stage.speaking.value.has(you.value?.id ?? "");
  return (
    <article
      class="tile own"
      aria-label={text.call.youAre(name)}
      data-place={box.place}
      data-speaking={isSpeaking}
      style={placed(box)}
    >
      <Video stream={picture} muted label={text.call.preview} />
      {picture === undefined && <Avatar name={name} />}
      <p class="label">
        {!isHeard && <Sign name="microphoneOff" says={text.call.state.muted} />}
        {handRaised.value && <Sign name="hand" says={text.call.state.hand} />}
        <bdi dir="auto">{text.call.you}</bdi>
      </p>
    </article>
  );
}
