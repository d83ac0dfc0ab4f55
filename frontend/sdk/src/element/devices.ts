import { RoomError } from "../room/failure.ts";

/**
 * Open what `publish` names: "camera", "microphone", or both with a comma; nothing for "none".
 *
 * @throws RoomError there is no such device, or it may not be used
 */
export async function open(publish: string | null): Promise<MediaStream | undefined> {
  const words = new Set((publish ?? "none").split(",").map((word) => word.trim()));
  const wanted = { video: words.has("camera"), audio: words.has("microphone") };
  if (!wanted.video && !wanted.audio) return undefined;
  // Typed as always there, and missing on pages without TLS.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) {
    throw failed(
      "insecure-page",
      "Browsers open cameras only on pages with https or on localhost.",
    );
  }
  try {
    return await devices.getUserMedia(wanted);
  } catch (error) {
    const name = error instanceof DOMException ? error.name : String(error);
    const allow = "Allow this page to use camera and microphone, and see that they are there.";
    throw failed("no-device", `The browser says ${name}. ${allow}`);
  }
}

const failed = (code: string, reason: string) => new RoomError({ code, reason, retry: false });
