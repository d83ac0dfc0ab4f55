import type { Meeting } from "../../store/call/meeting.ts";

/** The id of a tile's element. */
export function elementId(key: string): string {
  return `tile-${key}`;
}

/**
 * Show a tile's picture in a window of its own, or close that; what the browser refuses stays.
 *
 * @param key which; without one, the large picture, who speaks, or whoever is seen
 */
export function float({ stage }: Meeting, key?: string): void {
  if (document.pictureInPictureElement !== null) {
    void document.exitPictureInPicture().catch(() => undefined);
    return;
  }
  const seen = stage.tiles.value.filter(({ key: one, video }) => {
    return video !== undefined && stage.scene.value.boxes.has(one);
  });
  const speaking = seen.find(({ participantId }) => stage.speaking.value.has(participantId));
  const chosen = key ?? stage.focus.value ?? speaking?.key ?? seen[0]?.key ?? "";
  const video = document.getElementById(elementId(chosen))?.querySelector("video");
  void video?.requestPictureInPicture().catch(() => undefined);
}
