import type { ComponentChildren } from "preact";
import { serversText } from "../../servers-text.ts";
import { bits, count } from "../../store/amount.ts";
import type { Camera } from "../../store/servers/entries.ts";
import { Entry, Fact, type Mood } from "./entry.tsx";

const words = serversText.facts;
const MOODS: Record<Camera["state"], Mood> = {
  idle: "idle",
  connecting: "waiting",
  live: "good",
  waiting: "waiting",
  failed: "bad",
};

/** One camera, as it is. */
export function CameraEntry({ camera, deeds }: { camera: Camera; deeds: ComponentChildren }) {
  const { picture, sound } = camera;
  return (
    <Entry
      name={camera.name}
      address={camera.url}
      mood={MOODS[camera.state]}
      state={serversText.cameraStates[camera.state]}
      error={camera.error}
      deeds={deeds}
    >
      <Fact label={words.room}>
        <a href={`watch/${encodeURIComponent(camera.room)}`} dir="auto">
          {camera.room}
        </a>
      </Fact>
      {picture && <Fact label={words.picture}>{pictured(picture)}</Fact>}
      {sound && <Fact label={words.sound}>{sound.codec}</Fact>}
      {camera.doing && <Fact label={words.doing}>{camera.doing}</Fact>}
      {camera.restarts > 0 && <Fact label={words.restarts}>{count(camera.restarts)}</Fact>}
    </Entry>
  );
}

function pictured({ codec, width, height, fps, kbps }: NonNullable<Camera["picture"]>): string {
  const parts = [codec, `${width} × ${height}`];
  if (fps) parts.push(`${count(fps)} fps`);
  if (kbps) parts.push(bits(kbps * 1000));
  return parts.join(" · ");
}
