import { authorization } from "../token.ts";

/** Milliseconds that the relay may take to answer. */
const ANSWER_WITHIN = 8_000;

/** What the relay says: a value, or why there is none. */
export type Answer<Value> =
  | { readonly kind: "done"; readonly value: Value }
  | { readonly kind: "missing" }
  | { readonly kind: "operator"; readonly detail: string }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "unreachable" };

/** Ask the relay. */
export async function ask<Value>(
  url: string,
  token: string,
  method = "GET",
  body?: unknown,
): Promise<Answer<Value>> {
  const headers = authorization(token);
  if (headers === undefined) return { kind: "operator", detail: "" };
  const type = body === undefined ? {} : { "Content-Type": "application/json" };
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...type },
      signal: AbortSignal.timeout(ANSWER_WITHIN),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.ok) return { kind: "done", value: await contentOf<Value>(response) };
    return problem(response.status, await detailOf(response));
  } catch {
    return { kind: "unreachable" };
  }
}

async function contentOf<Value>(response: Response): Promise<Value> {
  return (response.status === 204 ? undefined : await response.json()) as Value;
}

function problem(status: number, detail: string): Answer<never> {
  if (status === 404) return { kind: "missing" };
  // 429: too many wrong tokens came before.
  if (status === 401 || status === 429) return { kind: "operator", detail };
  return { kind: "refused", detail };
}

async function detailOf(response: Response): Promise<string> {
  try {
    const { detail } = (await response.json()) as { detail?: string };
    return detail ?? response.statusText;
  } catch {
    return response.statusText;
  }
}
