import type { Failure, Goodbye } from "./model.ts";

/** Something that was asked for and did not come about. */
export class RoomError extends Error {
  override readonly name = "RoomError";
  /** For programs. */
  readonly code: string;
  /** Whether trying again may do better. */
  readonly retry: boolean;

  constructor({ code, reason, retry = false }: Goodbye | (Failure & { retry?: boolean })) {
    super(reason);
    this.code = code;
    this.retry = retry;
  }
}

/** A failure of our own making. */
export function failure(code: string, reason: string, trackId?: string): Failure {
  return { code, reason, trackId };
}

/** The message of whatever was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
