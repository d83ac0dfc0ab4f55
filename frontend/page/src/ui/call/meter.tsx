import type { ReadonlySignal } from "@preact/signals";
import { useSignal, useSignalEffect } from "@preact/signals";
import { followLevel } from "../../store/call/level.ts";
import { text } from "../../text.ts";

/** How loud the microphone is. */
export function Meter({ track }: { track: ReadonlySignal<MediaStreamTrack | undefined> }) {
  const level = useSignal(0);
  useSignalEffect(() => {
    level.value = 0;
    if (track.value === undefined) return undefined;
    return followLevel(track.value, (now) => {
      level.value = now;
    });
  });
  return (
    <meter aria-label={text.call.level} min={0} max={100} value={Math.round(level.value * 100)} />
  );
}
