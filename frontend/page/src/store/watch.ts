import { computed, effect, signal } from "@preact/signals";
import {
  createViewer,
  rates,
  type Sample,
  sampleOf,
  type Viewer,
  type ViewerState,
} from "@trunkline/sdk";
import { text } from "../text.ts";
import { cameraOf, doingOf, followCameras } from "./cameras.ts";
import { figures } from "./figures.ts";
import type { Place } from "./place.ts";
import { flowAfter, nothingYet, stageOf } from "./stage.ts";

/** Milliseconds between two looks at the counters. */
const SAMPLE_EVERY = 500;
/** Samples kept: the figures are a mean over two seconds. */
const SAMPLES = 5;

/** The state of a watch page. */
export type WatchStore = ReturnType<typeof createWatchStore>;

/** Make the state of a watch page; `open` starts it. */
export function createWatchStore(place: Place) {
  const state = signal<ViewerState>({ phase: "connecting" });
  const stream = signal<MediaStream | undefined>(undefined);
  const flow = signal(nothingYet);
  const samples = signal<readonly Sample[]>([]);
  const muted = signal(true);
  const statisticsShown = signal(false);
  const stage = computed(() => stageOf(state.value, flow.value));
  /** The relay may know why there is no picture, and what is done with it. */
  const isCurious = computed(() => {
    const isOpen = state.value.phase === "connected";
    return isOpen && (statisticsShown.value || stage.value.kind !== "playing");
  });
  const address = { base: place.base, room: place.room, passphrase: undefined };
  const { cameras } = followCameras(address, isCurious);
  const camera = computed(() => cameraOf(cameras.value, place.participant));
  const rows = computed(() => {
    const [first, last] = [samples.value[0], samples.value.at(-1)];
    const lines = figures(last, first && last && rates(first, last));
    const doing = camera.value && doingOf(camera.value);
    return doing === undefined ? lines : [...lines, [text.camera.title, doing] as [string, string]];
  });
  let viewer: Viewer | undefined;

  async function look(): Promise<void> {
    const report = await viewer?.statistics();
    if (report === undefined || state.value.phase !== "connected") return;
    const sample = sampleOf(report);
    flow.value = flowAfter(flow.value, sample, performance.now());
    samples.value = [...samples.value, sample].slice(-SAMPLES);
  }

  function open(): void {
    viewer?.close();
    viewer = createViewer({
      endpoint: place.whep,
      onState: (next) => {
        state.value = next;
      },
      onStream: (next) => {
        stream.value = next;
        flow.value = nothingYet;
        samples.value = [];
      },
    });
  }

  effect(() => {
    if (state.value.phase !== "connected") return undefined;
    const timer = setInterval(() => look().catch(() => undefined), SAMPLE_EVERY);
    return () => clearInterval(timer);
  });

  return {
    place,
    stream,
    stage,
    camera,
    flow,
    muted,
    statisticsShown,
    rows,
    open,
    close: () => viewer?.close(),
  };
}
