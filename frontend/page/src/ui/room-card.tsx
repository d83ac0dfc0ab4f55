import type { Room } from "../store/rooms.ts";
import { text } from "../text.ts";
import { Icon } from "./icons.tsx";

/** One room, which can be clicked as a whole; with several publishers each has a link too. */
export function RoomCard({ room }: { room: Room }) {
  const href = `watch/${encodeURIComponent(room.name)}`;
  const live = room.publishers.length > 0;
  return (
    <li class="room" data-live={live}>
      <a class="whole" href={href} aria-label={text.landing.watchRoom(room.name)}>
        <strong>{room.name}</strong>
        <span class="go">
          <Icon name="watch" />
        </span>
      </a>
      {live ? (
        <ul>
          {room.publishers.map(({ name, codecs }) => (
            <li key={name}>
              <a href={`${href}?participant=${encodeURIComponent(name)}`}>{name}</a>
              <small>{codecs.join(" + ")}</small>
            </li>
          ))}
        </ul>
      ) : (
        <p class="faint">{text.landing.waiting}</p>
      )}
      <small>{text.landing.viewers(room.viewers)}</small>
    </li>
  );
}
