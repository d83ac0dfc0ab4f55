/** Milliseconds without connectivity after which a session is given up and made anew. */
const DISCONNECTED_FOR = 3_000;
/** Milliseconds that ICE and DTLS may take in all. */
const CONNECT_WITHIN = 12_000;

/** Why a connection is over. */
export type Ending = "aborted" | "never-connected" | "failed" | "silent" | "closed-by-peer";

/**
 * Wait for the end of a connection.
 *
 * @param connection one whose remote description is set
 * @param signal aborts the wait
 * @param onConnected called once when media can flow
 */
export function ending(
  connection: RTCPeerConnection,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<Ending> {
  return new Promise((resolve) => {
    const watching = new AbortController();
    let connected = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = (why: Ending) => {
      clearTimeout(timer);
      watching.abort();
      resolve(why);
    };
    const arm = (milliseconds: number, why: Ending) => {
      clearTimeout(timer);
      timer = setTimeout(end, milliseconds, why);
    };
    const update = () => {
      switch (connection.connectionState) {
        case "connected":
          clearTimeout(timer);
          if (!connected) onConnected();
          connected = true;
          break;
        case "disconnected":
          arm(DISCONNECTED_FOR, "silent");
          break;
        case "failed":
        case "closed":
          end("failed");
          break;
        default:
          break;
      }
    };
    const { signal: until } = watching;
    connection.addEventListener("connectionstatechange", update, { signal: until });
    signal.addEventListener("abort", () => end("aborted"), { signal: until });
    // A server that leaves properly says so by DTLS close_notify, long before ICE notices.
    const transport = connection.getReceivers()[0]?.transport;
    transport?.addEventListener(
      "statechange",
      () => transport.state === "closed" && end("closed-by-peer"),
      { signal: until },
    );
    arm(CONNECT_WITHIN, "never-connected");
    update();
    if (signal.aborted) end("aborted");
  });
}
