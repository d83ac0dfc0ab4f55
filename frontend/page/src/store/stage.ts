import type { Sample, ViewerState } from "@trunkline/sdk";

/** Milliseconds without a new frame after which the picture counts as stopped. */
const STOPPED_AFTER = 3_000;

/** What has been flowing in the current session. */
export interface Flow {
  readonly frames: number;
  /** When the last new frame was counted; undefined before the first. */
  readonly movedAt: number | undefined;
  readonly sound: boolean;
  readonly stopped: boolean;
}

export const nothingYet: Flow = { frames: 0, movedAt: undefined, sound: false, stopped: false };

/** The flow after one more sample. */
export function flowAfter(flow: Flow, sample: Sample, now: number): Flow {
  const moved = sample.frames > flow.frames;
  const movedAt = moved ? now : flow.movedAt;
  return {
    frames: sample.frames,
    movedAt,
    sound: sample.audioBytes > 0,
    stopped: movedAt !== undefined && now - movedAt > STOPPED_AFTER,
  };
}

/** What the page shows. */
export type Stage =
  | { kind: "connecting" | "starting" | "playing" | "paused" | "sound" }
  | { kind: "empty" | "reconnecting" | "unreachable" | "closed" }
  | { kind: "busy" | "refused"; reason: string };

/** Put together what signalling and media say. */
export function stageOf(state: ViewerState, flow: Flow): Stage {
  switch (state.phase) {
    case "connecting":
    case "empty":
    case "closed":
      return { kind: state.phase };
    case "busy":
    case "refused":
      return { kind: state.phase, reason: state.reason };
    case "lost":
      return { kind: state.reason === "never-connected" ? "unreachable" : "reconnecting" };
    case "connected":
      if (flow.stopped) return { kind: "paused" };
      if (flow.movedAt !== undefined) return { kind: "playing" };
      return { kind: flow.sound ? "sound" : "starting" };
  }
}
