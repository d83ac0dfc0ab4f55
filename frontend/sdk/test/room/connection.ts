/** A track that does nothing. */
export class FakeTrack extends EventTarget {
  enabled = true;
  readonly id: string;
  readonly kind: string;

  constructor(id: string, kind: string) {
    super();
    this.id = id;
    this.kind = kind;
  }
}

export const track = (id: string, kind = "video") =>
  new FakeTrack(id, kind) as unknown as MediaStreamTrack;

interface FakeSender {
  track: unknown;
  encodings: RTCRtpEncodingParameters[];
  replaceTrack(track: unknown): Promise<void>;
  getParameters(): { encodings: RTCRtpEncodingParameters[] };
  setParameters(parameters: { encodings: RTCRtpEncodingParameters[] }): Promise<void>;
}

interface FakeTransceiver {
  mid: string | null;
  kind: string;
  currentDirection: string | null;
  readonly sender: FakeSender;
  readonly receiver: { track: FakeTrack };
  stop(): void;
}

const wrong = (what: string) => new DOMException(what, "InvalidStateError");

/**
 * A connection that keeps to the rules of JSEP: which description may be set when, and one thing at
 * a time. Its descriptions are the kinds of its media in order, as "audio video"; "-" is refused.
 */
export class FakeConnection extends EventTarget {
  signalingState = "stable";
  connectionState: RTCPeerConnectionState = "new";
  transceivers: FakeTransceiver[] = [];
  /** What happened, in order. */
  readonly log: string[] = [];
  #busy = false;
  #restarts = 0;

  addTransceiver(
    what: FakeTrack | string,
    { sendEncodings = [] }: { sendEncodings?: RTCRtpEncodingParameters[] } = {},
  ): FakeTransceiver {
    if (this.connectionState === "closed") throw wrong("closed");
    const kind = typeof what === "string" ? what : what.kind;
    const made = this.#transceiver(kind, typeof what === "string" ? null : what);
    made.sender.encodings = sendEncodings;
    this.transceivers.push(made);
    return made;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  async createOffer({ iceRestart = false } = {}) {
    if (iceRestart) this.#restarts += 1;
    const kinds = this.transceivers.map(({ kind }) => kind);
    return { type: "offer", sdp: [...kinds, ...Array(this.#restarts).fill("restart")].join(" ") };
  }

  async createAnswer() {
    if (this.signalingState !== "have-remote-offer") throw wrong("no offer");
    return { type: "answer", sdp: this.transceivers.map(({ kind }) => kind).join(" ") };
  }

  setLocalDescription({ type }: { type: string }): Promise<void> {
    return this.#one(`local ${type}`, () => {
      if (type === "answer") this.#move("have-remote-offer", "stable");
      else if (type === "rollback") this.#move("have-local-offer", "stable");
      else {
        this.#move("stable", "have-local-offer");
        for (const [index, one] of this.transceivers.entries()) one.mid ??= String(index);
      }
    });
  }

  setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    return this.#one(`remote ${type}`, () => {
      if (sdp === "nonsense") throw new DOMException("This is no SDP.", "OperationError");
      const kinds = sdp.split(" ");
      if (type === "answer") this.#agree(kinds);
      else this.#grow(kinds);
    });
  }

  close(): void {
    this.connectionState = "closed";
    this.signalingState = "closed";
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }

  #agree(kinds: string[]): void {
    this.#move("have-local-offer", "stable");
    for (const [index, one] of this.transceivers.entries()) {
      one.currentDirection = kinds[index] === "-" ? "inactive" : "sendonly";
      // "video!" takes simulcast; otherwise browsers keep the first encoding alone.
      if (!kinds[index]?.endsWith("!")) one.sender.encodings.splice(1);
    }
  }

  #grow(kinds: string[]): void {
    this.#move("stable", "have-remote-offer");
    for (const kind of kinds.slice(this.transceivers.length)) {
      this.transceivers.push(this.#transceiver(kind, null, `m${this.transceivers.length}`));
    }
  }

  #move(from: string, to: string): void {
    if (this.signalingState !== from) throw wrong(`${this.signalingState}, not ${from}`);
    this.signalingState = to;
  }

  /** Take a moment for something, in which nothing else may begin. */
  async #one(what: string, act: () => void): Promise<void> {
    if (this.#busy) throw wrong(`${what} while something else is done`);
    this.#busy = true;
    await Promise.resolve();
    this.#busy = false;
    if (this.signalingState === "closed") await new Promise(() => undefined);
    this.log.push(what);
    act();
  }

  #transceiver(kind: string, track: unknown, mid: string | null = null): FakeTransceiver {
    const made: FakeTransceiver = {
      mid,
      kind,
      currentDirection: null,
      sender: {
        track,
        encodings: [],
        replaceTrack: async (other) => {
          made.sender.track = other;
        },
        getParameters: () => ({ encodings: structuredClone(made.sender.encodings) }),
        setParameters: async ({ encodings }) => {
          made.sender.encodings = encodings;
        },
      },
      receiver: { track: new FakeTrack(`received-${this.transceivers.length}`, kind) },
      stop: () => {
        this.transceivers = this.transceivers.filter((one) => one !== made);
      },
    };
    return made;
  }
}
