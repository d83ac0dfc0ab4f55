import { render } from "preact";
import { markLanguage } from "./language.ts";
import { placeOf } from "./store/place.ts";
import { createWatchStore } from "./store/watch.ts";
import { text } from "./text.ts";
import { Player } from "./ui/player.tsx";

markLanguage();
const place = placeOf(new URL(location.href));
const store = createWatchStore(place);
document.title = `${place.room} · ${text.name}`;
render(<Player store={store} />, document.body);
store.open();
window.addEventListener("pagehide", store.close);
// A page that comes back from the browser's cache has lost its connection.
window.addEventListener("pageshow", ({ persisted }) => persisted && store.open());
