import { useSignal } from "@preact/signals";
import type { Room, Rooms } from "../store/rooms.ts";
import { text } from "../text.ts";
import { RoomCard } from "./room-card.tsx";

/** Rooms from which on one has to look for one. */
const MANY = 9;

/** All rooms that the relay lists. */
export function RoomList({ rooms }: { rooms: Rooms }) {
  switch (rooms.kind) {
    case "loading":
      return <p class="faint">…</p>;
    case "unreachable":
    case "refused":
      return (
        <p class="trouble" role="status">
          {text.landing[rooms.kind]}
        </p>
      );
    case "known":
      if (rooms.rooms.length === 0) {
        return (
          <p class="faint">
            {text.landing.none} {text.landing.noneThen}
          </p>
        );
      }
      return <Cards rooms={rooms.rooms} />;
  }
}

function Cards({ rooms }: { rooms: readonly Room[] }) {
  const wanted = useSignal("");
  const found = rooms.filter((room) => isAbout(room, wanted.value));
  return (
    <>
      {rooms.length >= MANY && (
        <label class="find">
          <span>{text.landing.find}</span>
          <input
            type="search"
            value={wanted.value}
            onInput={({ currentTarget }) => {
              wanted.value = currentTarget.value;
            }}
          />
        </label>
      )}
      <p class="hidden" role="status">
        {text.landing.count(found.length)}
      </p>
      <ul class="rooms">
        {found.map((room) => (
          <RoomCard key={room.name} room={room} />
        ))}
      </ul>
    </>
  );
}

/** Whether a room or somebody in it is called so. */
function isAbout({ name, publishers }: Room, wanted: string): boolean {
  const part = wanted.trim().toLocaleLowerCase();
  const names = [name, ...publishers.map((publisher) => publisher.name)];
  return names.some((one) => one.toLocaleLowerCase().includes(part));
}
