import { render } from "preact";
import { markLanguage } from "./language.ts";
import { serversText } from "./servers-text.ts";
import { createServersStore } from "./store/servers/follow.ts";
import { text } from "./text.ts";
import { ServersPage } from "./ui/servers/page.tsx";

markLanguage();
document.title = `${serversText.title} · ${text.name}`;
const base = new URL(".", location.href).href.replace(/\/$/, "");
render(<ServersPage store={createServersStore(base)} />, document.body);
