import { type Signal, useSignal } from "@preact/signals";
import icon from "../icon.svg";
import { isName } from "../store/name.ts";
import { drawn, suggestion } from "../store/room-name.ts";
import type { Rooms } from "../store/rooms.ts";
import { text } from "../text.ts";
import { Programs } from "./programs.tsx";
import { RoomList } from "./room-list.tsx";
import { Start } from "./start.tsx";

/** Enter a room, see who is live, use other programs. */
export function Landing({ rooms, base }: { rooms: Signal<Rooms>; base: string }) {
  const typed = useSignal(suggestion(drawn));
  const plainPort = rooms.value.kind === "known" ? rooms.value.plainPort : null;
  const name = typed.value.trim();
  return (
    <main class="landing">
      <header>
        <h1>
          <img src={icon} alt="" width="40" height="40" />
          {text.name}
        </h1>
        <p>{text.tagline}</p>
      </header>
      <Start typed={typed} base={base} />
      <section aria-labelledby="rooms">
        <h2 id="rooms">{text.landing.rooms}</h2>
        <RoomList rooms={rooms.value} />
      </section>
      <Programs room={isName(name) ? name : "studio"} base={base} plainPort={plainPort} />
      <footer>
        <a href="status">{text.landing.status}</a>
        <a href="servers">{text.landing.servers}</a>
        <a href="docs/">{text.landing.docs}</a>
        <a href="api/v1/openapi.json">{text.landing.api}</a>
      </footer>
    </main>
  );
}
