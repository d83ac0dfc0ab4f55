import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { text } from "../text.ts";

/** Milliseconds between two looks. */
const LOOK_EVERY = 2_000;
/** Milliseconds that the relay may take to answer. */
const ANSWER_WITHIN = 5_000;

/** What a viewer is told of a camera: `GET /api/v1/rooms/{room}/cameras`. */
export interface RoomCamera {
  /** The participant's id. */
  readonly participant: string;
  readonly name: string;
  readonly state: "idle" | "connecting" | "live" | "waiting" | "failed";
  /** Why there is no picture; null: there is, or it is on its way. */
  readonly trouble: string | null;
  readonly picture: {
    readonly codec: string;
    /** Why H.264 is made of it. */
    readonly remade: "codec" | "order" | null;
  } | null;
}

/** A room of a relay. */
export interface RoomAddress {
  /** The relay's own address, without a slash at its end. */
  readonly base: string;
  readonly room: string;
  readonly passphrase: string | undefined;
}

/** Follow a room's cameras while somebody wants to know of them; none where it has none. */
export function followCameras(address: RoomAddress, wanted: ReadonlySignal<boolean>) {
  const cameras = signal<readonly RoomCamera[]>([]);
  const stop = effect(() => {
    if (!wanted.value) return undefined;
    let isOver = false;
    let timer = 0;
    const look = async () => {
      const found = document.hidden ? undefined : await readCameras(address);
      if (isOver) return;
      if (found !== undefined) cameras.value = found;
      timer = window.setTimeout(() => void look(), LOOK_EVERY);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  });
  return { cameras, stop };
}

/** Undefined: the relay does not say. */
async function readCameras({
  base,
  room,
  passphrase,
}: RoomAddress): Promise<readonly RoomCamera[] | undefined> {
  const headers: Record<string, string> = passphrase
    ? { authorization: `Bearer ${passphrase}` }
    : {};
  try {
    const response = await fetch(`${base}/api/v1/rooms/${encodeURIComponent(room)}/cameras`, {
      headers,
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    return response.ok ? ((await response.json()) as { cameras: RoomCamera[] }).cameras : undefined;
  } catch {
    return undefined;
  }
}

/** What a viewer of this participant, or of the whole room, wants to know of. */
export function cameraOf(
  cameras: readonly RoomCamera[],
  participant: string | undefined,
): RoomCamera | undefined {
  if (participant === undefined) return cameras[0];
  return cameras.find((one) => one.participant === participant || one.name === participant);
}

/** Why there is no picture of a camera, in words. */
export function troubleOf(camera: RoomCamera | undefined): string | undefined {
  if (camera?.trouble == null || camera.state === "live" || camera.state === "idle") {
    return camera?.trouble === "codec" ? text.camera.troubles.codec : undefined;
  }
  const words: Partial<Record<string, string>> = text.camera.troubles;
  return words[camera.trouble] ?? text.camera.troubles.setup;
}

/** What the relay does with a camera's picture, in words. */
export function doingOf({ picture }: RoomCamera): string | undefined {
  if (picture === null) return undefined;
  const { codec, remade } = picture;
  return remade === null ? text.camera.asItIs(codec) : text.camera.remade[remade](codec);
}
