import { render } from "preact";
import { markLanguage } from "./language.ts";
import { statusText } from "./status-text.ts";
import { createStatusStore } from "./store/status/follow.ts";
import { text } from "./text.ts";
import { StatusPage } from "./ui/status/page.tsx";

markLanguage();
document.title = `${statusText.title} · ${text.name}`;
const base = new URL(".", location.href).href.replace(/\/$/, "");
render(<StatusPage store={createStatusStore(base)} />, document.body);
