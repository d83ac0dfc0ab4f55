import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { WatchStore } from "../store/watch.ts";
import { text } from "../text.ts";
import { Controls, toggle } from "./controls.tsx";
import { isLoaded } from "./loaded.ts";
import { Message } from "./message.tsx";
import { createScreen } from "./screen.ts";
import { Statistics } from "./statistics.tsx";

/** Milliseconds without a movement after which the controls make room for the picture. */
const IDLE_AFTER = 3_000;

/** A room over the whole window. */
export function Player({ store }: { store: WatchStore }) {
  const stageElement = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const screen = useMemo(() => createScreen(stageElement, video), []);
  const idle = useIdle();
  const stage = store.stage.value;
  const quiet = useComputed(() => idle.value && store.stage.value.kind === "playing");

  useSignalEffect(() => {
    const stream = isLoaded.value ? store.stream.value : undefined;
    if (video.current !== null) video.current.srcObject = stream ?? null;
  });
  useShortcuts({
    m: () => toggle(store.muted),
    s: () => toggle(store.statisticsShown),
    f: screen.toggleFull,
    p: screen.toggleFloat,
  });

  return (
    <main ref={stageElement} class="stage" data-kind={stage.kind} data-quiet={quiet.value}>
      <video ref={video} autoplay playsInline muted={store.muted.value} />
      <header class="top">
        <a href={store.place.home} title={text.watch.overview} dir="auto">
          {store.place.room}
        </a>
        {store.place.participant && <span dir="auto">{store.place.participant}</span>}
        {stage.kind === "playing" && <span class="live">{text.watch.live}</span>}
      </header>
      {store.statisticsShown.value && <Statistics rows={store.rows.value} />}
      <div class="message" role="status">
        <Message stage={stage} camera={store.camera.value} place={store.place} again={store.open} />
      </div>
      <Controls store={store} screen={screen} />
    </main>
  );
}

/** Whether nobody has touched anything for a while. */
function useIdle() {
  const idle = useSignal(false);
  useEffect(() => {
    let timer = 0;
    const stir = () => {
      idle.value = false;
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        idle.value = true;
      }, IDLE_AFTER);
    };
    const kinds = ["pointermove", "pointerdown", "keydown", "focusin"];
    for (const kind of kinds) window.addEventListener(kind, stir);
    stir();
    return () => {
      clearTimeout(timer);
      for (const kind of kinds) window.removeEventListener(kind, stir);
    };
  }, [idle]);
  return idle;
}

/**
 * Single keys, as players have them. One listener for as long as the element lives: a listener
 * that is replaced while its event is on the way misses it.
 */
function useShortcuts(actions: Record<string, () => void>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      latest.current[event.key.toLowerCase()]?.();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
