import { useSignal } from "@preact/signals";
import { useCallback, useRef } from "preact/hooks";
import type { Meeting } from "../../store/call/meeting.ts";
import type { Box } from "../../store/call/scene.ts";
import type { Tile } from "../../store/call/tiles.ts";
import { cameraOf, troubleOf } from "../../store/cameras.ts";
import { text } from "../../text.ts";
import { Sign } from "../icons.tsx";
import { Avatar } from "./avatar.tsx";
import { Button } from "./button.tsx";
import { Figures } from "./figures.tsx";
import { elementId, float } from "./float.ts";
import { Video } from "./video.tsx";

interface RemoteTileProps {
  tile: Tile;
  meeting: Meeting;
  speaker: string;
  /** Undefined: it is heard, but not seen. */
  box: Box | undefined;
}

/** Somebody else, or what somebody shows. */
export function RemoteTile({ tile, meeting, speaker, box }: RemoteTileProps) {
  const ref = useRef<HTMLElement>(null);
  const hasPicture = useSignal(false);
  const { stage, presence } = meeting;
  const title = tile.kind === "shared" ? text.call.screenOf(tile.name) : tile.name;
  const isSpeaking = tile.kind === "person" && stage.speaking.value.has(tile.participantId);
  const onSilenced = useCallback(() => {
    meeting.isSilenced.value = true;
  }, [meeting]);
  const onPicture = useCallback(() => {
    hasPicture.value = (ref.current?.querySelector("video")?.videoWidth ?? 0) > 0;
  }, [hasPicture]);
  const isSeen = tile.video !== undefined && hasPicture.value;
  const camera = cameraTrouble(tile, meeting, hasPicture.value);
  const flow = presence.flows.value.get(tile.video?.id ?? "");
  return (
    <article
      ref={ref}
      id={elementId(tile.key)}
      class="tile"
      aria-label={title}
      data-kind={tile.kind}
      data-focus={stage.focus.value === tile.key}
      data-speaking={isSpeaking}
      data-stalled={tile.stalled || tile.away}
      hidden={box === undefined}
      style={box && placed(box)}
      onDblClick={() => stage.pin(tile.key)}
    >
      <Video
        stream={stage.streams.value.get(tile.key)}
        muted={meeting.isSilenced.value}
        speaker={speaker}
        label={title}
        participant={tile.participantId}
        name={tile.name}
        onSilenced={onSilenced}
        onPicture={onPicture}
        onFloat={(isFloating) => {
          stage.floating.value = isFloating ? tile.key : undefined;
        }}
      />
      {!isSeen && <Avatar name={tile.name} />}
      <Troubled tile={tile} isUnplayable={flow?.hindrance === "codec"} camera={camera} />
      <p class="label">
        {isSpeaking && <Sign name="sound" says={text.call.state.speaking} />}
        {tile.silent && tile.kind === "person" && (
          <Sign name="microphoneOff" says={text.call.state.muted} />
        )}
        {tile.handRaised && <Sign name="hand" says={text.call.state.hand} />}
        <bdi dir="auto">{title}</bdi>
      </p>
      <Tools tile={tile} meeting={meeting} title={title} isSeen={isSeen} />
      {meeting.measures.isShown.value && tile.video !== undefined && (
        <Figures meeting={meeting} track={tile.video} flow={flow} name={title} />
      )}
    </article>
  );
}

/** Where a tile is, as a style. */
export function placed({ left, top, width, height }: Box) {
  return {
    transform: `translate(${left}px, ${top}px)`,
    width: `${width}px`,
    height: `${height}px`,
  };
}

/** Why a camera sends nothing, if this is one. */
function cameraTrouble(tile: Tile, meeting: Meeting, hasPicture: boolean): string | undefined {
  const cameras = meeting.cameras.value;
  if (tile.video === undefined || (hasPicture && !tile.stalled)) return undefined;
  return troubleOf(cameraOf(cameras, tile.participantId));
}

interface TroubledProps {
  tile: Tile;
  isUnplayable: boolean;
  /** Why a camera sends nothing. */
  camera: string | undefined;
}

/** Why there is no moving picture, where that is nobody's wish. */
function Troubled({ tile, isUnplayable, camera }: TroubledProps) {
  const { away, stalled, codec } = text.call.state;
  const here = camera ?? (isUnplayable ? codec : tile.stalled ? stalled : undefined);
  const why = tile.away ? away : here;
  return why === undefined ? null : (
    <p class="troubled">
      <span>{why}</span>
    </p>
  );
}

interface ToolsProps {
  tile: Tile;
  meeting: Meeting;
  title: string;
  isSeen: boolean;
}

function Tools({ tile, meeting, title, isSeen }: ToolsProps) {
  const { stage } = meeting;
  const isFocus = stage.focus.value === tile.key;
  return (
    <div class="tools">
      {isSeen && document.pictureInPictureEnabled && (
        <Button
          icon="pictureInPicture"
          label={text.call.float(title)}
          onClick={() => float(meeting, tile.key)}
        />
      )}
      <Button
        icon="pin"
        label={isFocus ? text.call.unpin(title) : text.call.pin(title)}
        look={isFocus ? "on" : undefined}
        onClick={() => stage.pin(tile.key)}
      />
    </div>
  );
}
