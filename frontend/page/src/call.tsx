import { effect } from "@preact/signals";
import { render } from "preact";
import { markLanguage } from "./language.ts";
import { browserDevices } from "./store/call/ask.ts";
import { Call } from "./store/call/call.ts";
import { browserStorage, Memory } from "./store/call/memory.ts";
import { callPlaceOf } from "./store/call/place.ts";
import { text } from "./text.ts";
import { CallPage } from "./ui/call/page.tsx";

markLanguage();
const place = callPlaceOf(new URL(location.href));
const call = new Call(place, new Memory(browserStorage()), browserDevices());
effect(() => {
  const room = call.phase.value.kind === "call" ? call.room.peek().trim() : place.room;
  document.title = room === "" ? text.name : `${room} · ${text.name}`;
  // The address of a call leads to its room, also where that was typed.
  const url = new URL(location.href);
  if (room === "" || url.searchParams.get("room") === room) return;
  url.searchParams.set("room", room);
  history.replaceState(null, "", url);
});
render(<CallPage call={call} />, document.body);
void call.begin();
