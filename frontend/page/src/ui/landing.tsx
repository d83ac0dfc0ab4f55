import type { Signal } from "@preact/signals";
import icon from "../icon.svg";
import type { Rooms } from "../store/rooms.ts";
import { text } from "../text.ts";
import { Publish } from "./publish.tsx";
import { RoomCard } from "./room-card.tsx";

/** What this relay is, who is live, how to publish. */
export function Landing({ rooms, base }: { rooms: Signal<Rooms>; base: string }) {
  const plainPort = rooms.value.kind === "known" ? rooms.value.plainPort : null;
  return (
    <main class="landing">
      <header>
        <h1>
          <img src={icon} alt="" width="40" height="40" />
          {text.name}
        </h1>
        <p>{text.tagline}</p>
      </header>
      <section aria-labelledby="rooms">
        <h2 id="rooms">{text.landing.rooms}</h2>
        <div aria-live="polite">
          <RoomList rooms={rooms.value} />
        </div>
      </section>
      <Publish base={base} plainPort={plainPort} />
    </main>
  );
}

function RoomList({ rooms }: { rooms: Rooms }) {
  switch (rooms.kind) {
    case "loading":
      return <p class="faint">…</p>;
    case "unreachable":
    case "refused":
      return <p class="trouble">{text.landing[rooms.kind]}</p>;
    case "known":
      if (rooms.rooms.length === 0) {
        return (
          <p class="faint">
            {text.landing.none} {text.landing.noneThen}
          </p>
        );
      }
      return (
        <ul class="rooms">
          {rooms.rooms.map((room) => (
            <RoomCard key={room.name} room={room} />
          ))}
        </ul>
      );
  }
}
