/** Milliseconds without connectivity after which ICE is restarted. */
const DISCONNECTED_FOR = 2_000;
/** Milliseconds that ICE and DTLS may take in all, at first and after each restart. */
const CONNECT_WITHIN = 8_000;

/** What is done about a connection that is not well. */
export interface Care {
  /** Restart ICE; called again and again while that does not help. */
  restart(): void;
  /** Media flow. */
  well(): void;
  /** It did not begin to; called once. */
  stuck(): void;
}

/** Watches whether media can flow on one connection. */
export class Health {
  readonly #connection: RTCPeerConnection;
  readonly #care: Care;
  readonly #watching = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #begun = false;

  constructor(connection: RTCPeerConnection, care: Care) {
    this.#connection = connection;
    this.#care = care;
    const { signal } = this.#watching;
    connection.addEventListener("connectionstatechange", () => this.#update(), { signal });
    this.#timer = setTimeout(() => this.#begin(), CONNECT_WITHIN);
  }

  /** The relay can be talked with again, or the network may be another one. */
  recheck(): void {
    if (this.#connection.connectionState !== "connected") this.#restart();
  }

  stop(): void {
    this.#watching.abort();
    clearTimeout(this.#timer);
  }

  #update(): void {
    switch (this.#connection.connectionState) {
      case "connected":
        clearTimeout(this.#timer);
        this.#begun = true;
        this.#care.well();
        break;
      case "disconnected":
        this.#arm(DISCONNECTED_FOR);
        break;
      case "failed":
        this.#restart();
        break;
      default:
        break;
    }
  }

  #arm(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#restart(), milliseconds);
  }

  #begin(): void {
    if (!this.#begun) this.#care.stuck();
    this.#restart();
  }

  #restart(): void {
    this.#arm(CONNECT_WITHIN);
    this.#care.restart();
  }
}
