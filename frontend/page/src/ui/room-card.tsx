import type { Room } from "../store/rooms.ts";
import { text } from "../text.ts";

/** Publishers that a card names. */
const NAMED = 5;

/** One room: who sends, and the ways in. */
export function RoomCard({ room }: { room: Room }) {
  const words = text.landing;
  const watch = `watch/${encodeURIComponent(room.name)}`;
  const more = room.publishers.length - NAMED;
  return (
    <li class="room">
      <h3 dir="auto">{room.name}</h3>
      <p class="faint">
        {words.people(room.people)}
        {room.viewers > 0 && ` · ${words.viewers(room.viewers)}`}
      </p>
      {room.publishers.length > 0 ? (
        <ul>
          {room.publishers.slice(0, NAMED).map(({ id, name, codecs }) => (
            <li key={id}>
              <a href={`${watch}?participant=${encodeURIComponent(name)}`}>
                <bdi>{name}</bdi>
              </a>{" "}
              <small>{codecs.join(" + ")}</small>
            </li>
          ))}
          {more > 0 && <li class="faint">{words.more(more)}</li>}
        </ul>
      ) : (
        <p class="faint">{words.waiting}</p>
      )}
      <div class="ways">
        <a
          class="primary"
          href={`sfu?room=${encodeURIComponent(room.name)}`}
          aria-label={words.joinRoom(room.name)}
        >
          {words.joinShort}
        </a>
        <a class="secondary" href={watch} aria-label={words.watchRoom(room.name)}>
          {words.watch}
        </a>
      </div>
    </li>
  );
}
