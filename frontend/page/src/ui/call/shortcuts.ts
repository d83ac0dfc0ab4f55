import { useEffect, useRef } from "preact/hooks";
import type { Deed } from "./deeds.ts";

/**
 * Single keys do what buttons do, but for those that are typed somewhere.
 *
 * One listener for as long as the element lives: a listener that is replaced while its event is on
 * the way misses it.
 */
export function useShortcuts(deeds: Record<string, Deed>, isOn: () => boolean): void {
  const latest = useRef(deeds);
  latest.current = deeds;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isMeantElsewhere(event)) return;
      const key = event.key.toLowerCase();
      const deed = Object.values(latest.current).find((one) => one.key === key);
      // The sheet that tells of the keys, and turns them on, is always there.
      if (deed === undefined || deed.disabled || !(isOn() || key === "?")) return;
      event.preventDefault();
      deed.run();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [isOn]);
}

function isMeantElsewhere(event: KeyboardEvent): boolean {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return true;
  return target instanceof Element && target.closest("input, textarea, select, dialog") !== null;
}
