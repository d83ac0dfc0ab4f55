import { signal } from "@preact/signals";

/**
 * Whether the browser has loaded the page. A video that is given its stream before holds that back
 * until it has a picture: while nobody sends one, the page would seem to load for ever.
 */
export const isLoaded = signal(document.readyState === "complete");

if (!isLoaded.value) {
  addEventListener(
    "load",
    () => {
      isLoaded.value = true;
    },
    { once: true },
  );
}
