/** What people give to a call. */
export type Kind = "camera" | "microphone";

/** Why there is none of a kind. */
export type Trouble = "insecure" | "refused" | "missing" | "busy" | "lost";

/** What came of asking for devices. */
export interface Answer {
  readonly tracks: Readonly<Partial<Record<Kind, MediaStreamTrack>>>;
  readonly troubles: Readonly<Partial<Record<Kind, Trouble>>>;
}

/** Where devices come from; a test gives its own. */
export interface DeviceEdge {
  /** Missing on pages without TLS. */
  readonly media: MediaDevices | undefined;
  /** Whether the browser would refuse without asking. */
  isAllowed(kind: Kind): Promise<boolean>;
}

/** Which device of a kind; an empty id: the browser's choice. */
export type Wanted = Readonly<Partial<Record<Kind, string>>>;

/**
 * Ask for devices together, since browsers ask people once then; where that comes to nothing, for
 * each alone, so that somebody without a camera can be heard.
 */
export async function askFor(edge: DeviceEdge, wanted: Wanted): Promise<Answer> {
  const kinds = Object.keys(wanted) as Kind[];
  const { media } = edge;
  if (media === undefined) return failedAll(kinds, "insecure");
  try {
    const stream = await media.getUserMedia(constraintsOf(wanted));
    const [camera, microphone] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
    return {
      tracks: { ...(camera && { camera }), ...(microphone && { microphone }) },
      troubles: {},
    };
  } catch (error) {
    const trouble = troubleOf(error);
    const [kind, other] = kinds;
    if (kind === undefined || other !== undefined) {
      return eachAlone(edge, wanted, kinds, trouble);
    }
    // The one that was chosen is not there: another one does as well.
    if (trouble === "missing" && wanted[kind] !== "") return askFor(edge, { [kind]: "" });
    return failedAll(kinds, trouble);
  }
}

async function eachAlone(
  edge: DeviceEdge,
  wanted: Wanted,
  kinds: readonly Kind[],
  trouble: Trouble,
): Promise<Answer> {
  let answer: Answer = { tracks: {}, troubles: {} };
  for (const kind of kinds) {
    // Who has just refused is not asked again for the same.
    const worthwhile = trouble !== "refused" || (await edge.isAllowed(kind));
    const one = worthwhile
      ? await askFor(edge, { [kind]: wanted[kind] ?? "" })
      : failedAll([kind], trouble);
    answer = {
      tracks: { ...answer.tracks, ...one.tracks },
      troubles: { ...answer.troubles, ...one.troubles },
    };
  }
  return answer;
}

function constraintsOf({ camera, microphone }: Wanted): MediaStreamConstraints {
  const device = (id: string) => (id === "" ? {} : { deviceId: { exact: id } });
  const picture = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  return {
    video: camera === undefined ? false : { ...picture, ...device(camera) },
    audio: microphone === undefined ? false : device(microphone),
  };
}

function failedAll(kinds: readonly Kind[], trouble: Trouble): Answer {
  return { tracks: {}, troubles: Object.fromEntries(kinds.map((kind) => [kind, trouble])) };
}

/** What the names of errors mean (Media Capture and Streams, 9.2). */
function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "missing";
}

/** The browser that this runs in. */
export function browserDevices(): DeviceEdge {
  return {
    media: navigator.mediaDevices as MediaDevices | undefined,
    isAllowed: async (kind) => {
      try {
        const { state } = await navigator.permissions.query({ name: kind as PermissionName });
        return state === "granted";
      } catch {
        // Not every browser tells this of devices.
        return false;
      }
    },
  };
}
