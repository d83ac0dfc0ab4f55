import type { OwnTrack } from "./publication.ts";

type Encodings = readonly RTCRtpEncodingParameters[];

/** An m-line that nothing is sent on. */
interface Free {
  readonly shape: string;
  readonly transceiver: RTCRtpTransceiver;
}

/** Gives publications their m-lines: those that are free are used again, so that offers stay short. */
export class Places {
  // Bounded: by the tracks that are sent at one time, for each of the few shapes there are.
  #free: Free[] = [];

  /** Give a publication its m-line; whether that needs an offer. */
  async take(connection: RTCPeerConnection, publication: OwnTrack): Promise<boolean> {
    const { encodings, kind, shape, track } = publication;
    // One that was never agreed on, or was refused, needs an offer as a new one does.
    const found = this.#free.find((free) => {
      return free.shape === shape && free.transceiver.currentDirection === "sendonly";
    });
    if (found === undefined) {
      publication.transceiver = connection.addTransceiver(track ?? kind, {
        direction: "sendonly",
        ...(encodings.length > 0 ? { sendEncodings: encodings.map((one) => ({ ...one })) } : {}),
      });
      return true;
    }
    this.#free = this.#free.filter((free) => free !== found);
    publication.transceiver = found.transceiver;
    await tune(found.transceiver.sender, encodings);
    await found.transceiver.sender.replaceTrack(track);
    return false;
  }

  /** A publication is withdrawn: its m-line stays, and nothing is sent on it. */
  leave(publication: OwnTrack): void {
    const { shape, transceiver } = publication;
    publication.transceiver = undefined;
    if (transceiver === undefined) return;
    this.#free.push({ shape, transceiver });
    // It fails where the connection is closed: then there is nothing to stop.
    transceiver.sender.replaceTrack(null).catch(() => undefined);
  }
}

/**
 * Send the sizes and bit rates that are wanted.
 *
 * On an m-line that is used again, they are those of its last track. And where the relay takes one
 * encoding alone, the browser sends the first, which is the worst: make it the best.
 */
export async function tune(sender: RTCRtpSender, wanted: Encodings): Promise<void> {
  if (wanted.length === 0) return;
  const parameters = sender.getParameters();
  const settings = parameters.encodings.length === 1 ? wanted.slice(-1) : wanted;
  for (const [index, encoding] of parameters.encodings.entries()) {
    const { rid: _, ...setting } = settings[index] ?? {};
    Object.assign(encoding, setting);
  }
  // What a browser cannot set, it decides itself.
  await sender.setParameters(parameters).catch(() => undefined);
}
