import { render } from "preact";
import { markLanguage } from "./language.ts";
import { followRooms } from "./store/rooms.ts";
import { Landing } from "./ui/landing.tsx";

markLanguage();
const base = new URL(".", location.href).href.replace(/\/$/, "");
render(<Landing rooms={followRooms(base)} base={base} />, document.body);
