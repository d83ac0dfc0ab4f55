/** What a WHIP or WHEP server said to an offer. */
export type Reply =
  | { kind: "accepted"; answer: string; session: string | undefined }
  | { kind: "empty"; reason: string; retryAfter: number | undefined }
  | { kind: "busy"; reason: string; retryAfter: number | undefined }
  | { kind: "refused"; status: number; reason: string };

/** The part of a `Response` that counts here. */
export interface ReplySource {
  readonly status: number;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** Servers ask for seconds; a date or nonsense is left to our own back-off. At most a minute. */
function seconds(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}$/.test(header.trim())
    ? Math.min(60, Number(header))
    : undefined;
}

/** RFC 9457 `detail` or `title`. */
function problemSentence(body: string): string | undefined {
  try {
    const { detail, title } = JSON.parse(body) as { detail?: unknown; title?: unknown };
    return [detail, title].find((value) => typeof value === "string");
  } catch {
    return undefined;
  }
}

/** The sentence for a person in an error's body. */
function sentence(contentType: string, body: string, status: number): string {
  const said = contentType.includes("json")
    ? problemSentence(body)
    : contentType.startsWith("text/plain") && body.slice(0, 300);
  return said || `The server answered with status ${status}.`;
}

/** Read the answer to a POST of an offer (RFC 9725, 4.2; WHEP draft, 4). */
export async function readReply(response: ReplySource): Promise<Reply> {
  const { status, headers } = response;
  const body = await response.text();
  if (status === 201 || status === 200) {
    const location = headers.get("location");
    const session = location === null ? undefined : new URL(location, response.url).href;
    return { kind: "accepted", answer: body, session };
  }
  const reason = sentence(headers.get("content-type") ?? "", body, status);
  const retryAfter = seconds(headers.get("retry-after"));
  switch (status) {
    // 404 is what some servers say where the draft has 409 for "nobody publishes".
    case 404:
    case 409:
      return { kind: "empty", reason, retryAfter };
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return { kind: "busy", reason, retryAfter };
    default:
      return { kind: "refused", status, reason };
  }
}
