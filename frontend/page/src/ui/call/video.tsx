import { useEffect, useRef } from "preact/hooks";
import { isLoaded } from "../loaded.ts";

interface VideoProps {
  stream: MediaStream | undefined;
  muted: boolean;
  /** Where its sound goes; empty: the browser's choice. */
  speaker?: string;
  label: string;
  participant?: string;
  name?: string;
  /** The browser plays no sound before somebody touches the page. */
  onSilenced?: () => void;
  onPicture?: () => void;
  /** Whether it is seen in a window of its own. */
  onFloat?: (isFloating: boolean) => void;
}

/** A stream, played. */
export function Video({
  stream: wanted,
  muted,
  speaker = "",
  label,
  participant,
  name,
  onSilenced,
  onPicture = () => undefined,
  onFloat = () => undefined,
}: VideoProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const stream = isLoaded.value ? wanted : undefined;
  useEffect(() => {
    const video = ref.current;
    if (video === null) return;
    if (video.srcObject !== (stream ?? null)) video.srcObject = stream ?? null;
    if (stream === undefined) return;
    video.play().catch((error: unknown) => {
      // Other failures are of streams that were replaced meanwhile.
      if (error instanceof DOMException && error.name === "NotAllowedError") onSilenced?.();
    });
  }, [stream, muted, onSilenced]);
  useEffect(() => {
    const video = ref.current;
    if (video === null || !("setSinkId" in video)) return;
    // A speaker that was unplugged is no reason for silence: the browser's choice stays.
    if (video.sinkId !== speaker) video.setSinkId(speaker).catch(() => undefined);
  }, [speaker]);
  return (
    <video
      ref={ref}
      autoplay
      muted={muted}
      playsInline
      aria-label={label}
      data-participant={participant}
      data-name={name}
      onLoadedData={onPicture}
      onResize={onPicture}
      onEnterPictureInPicture={() => onFloat(true)}
      onLeavePictureInPicture={() => onFloat(false)}
    />
  );
}
