import { describe, expect, it } from "vitest";
import { askFor, type DeviceEdge, type Kind } from "../src/store/call/ask.ts";

/** A browser that has these devices, and lets the page use these kinds. */
function browser(has: Partial<Record<Kind, string>>, refuses: readonly Kind[] = []) {
  const asked: MediaStreamConstraints[] = [];
  const open = (kind: Kind, wanted: MediaStreamConstraints["video"]) => {
    if (!wanted) return [];
    if (refuses.includes(kind)) throw new DOMException("", "NotAllowedError");
    if (has[kind] === undefined) throw new DOMException("", "NotFoundError");
    const id = (wanted as { deviceId?: { exact: string } }).deviceId?.exact ?? has[kind];
    if (id !== has[kind]) throw new DOMException("", "OverconstrainedError");
    return [has[kind]];
  };
  const getUserMedia = async (wanted: MediaStreamConstraints) => {
    asked.push(wanted);
    const [camera, microphone] = [open("camera", wanted.video), open("microphone", wanted.audio)];
    return { getVideoTracks: () => camera, getAudioTracks: () => microphone };
  };
  const edge = {
    media: { getUserMedia },
    isAllowed: async (kind: Kind) => !refuses.includes(kind),
  } as unknown as DeviceEdge;
  return { edge, asked };
}

const BOTH = { camera: "", microphone: "" };

describe("asking for devices", () => {
  it("asks once for both", async () => {
    const { edge, asked } = browser({ camera: "c", microphone: "m" });
    expect(await askFor(edge, BOTH)).toEqual({
      tracks: { camera: "c", microphone: "m" },
      troubles: {},
    });
    expect(asked).toHaveLength(1);
  });

  it("does with the one that there is", async () => {
    const { edge } = browser({ microphone: "m" });
    expect(await askFor(edge, BOTH)).toEqual({
      tracks: { microphone: "m" },
      troubles: { camera: "missing" },
    });
  });

  it("asks nobody again who has refused", async () => {
    const all = { camera: "c", microphone: "m" };
    const { edge, asked } = browser(all, ["camera", "microphone"]);
    const { troubles } = await askFor(edge, BOTH);
    expect(troubles).toEqual({ camera: "refused", microphone: "refused" });
    expect(asked).toHaveLength(1);
    expect(await askFor(browser(all, ["camera"]).edge, BOTH)).toEqual({
      tracks: { microphone: "m" },
      troubles: { camera: "refused" },
    });
  });

  it("takes another one where the chosen one is gone", async () => {
    const { edge } = browser({ camera: "c", microphone: "m" });
    const { tracks } = await askFor(edge, { camera: "gone", microphone: "m" });
    expect(tracks).toEqual({ camera: "c", microphone: "m" });
  });

  it("tells a page without TLS from a lack of devices", async () => {
    const edge = { media: undefined, isAllowed: async () => true };
    expect((await askFor(edge, BOTH)).troubles).toEqual({
      camera: "insecure",
      microphone: "insecure",
    });
  });
});
