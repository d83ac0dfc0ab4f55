import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { isName } from "../store/name.ts";
import { drawn, suggestion } from "../store/room-name.ts";
import { text } from "../text.ts";
import { Icon } from "./icons.tsx";

/** Choose a room, and go in. */
export function Start({ typed, base }: { typed: Signal<string>; base: string }) {
  const words = text.landing;
  const field = useRef<HTMLInputElement>(null);
  const name = typed.value.trim();
  const good = isName(name);
  return (
    <section class="start" aria-labelledby="start">
      <h2 id="start">{words.start}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (good) location.assign(callAddress(base, name));
          else field.current?.focus();
        }}
      >
        <label for="room">{words.room}</label>
        <div class="row">
          <input
            id="room"
            ref={field}
            dir="auto"
            value={typed.value}
            maxLength={64}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            aria-invalid={!good}
            aria-describedby="room-hint"
            onFocus={({ currentTarget }) => currentTarget.select()}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
            }}
          />
          <button
            type="button"
            class="other"
            title={words.another}
            aria-label={words.another}
            onClick={() => {
              typed.value = suggestion(drawn);
            }}
          >
            <Icon name="another" />
          </button>
          <button type="submit" class="primary">
            {words.join}
          </button>
        </div>
        <small id="room-hint" role="status" class={good ? "" : "trouble"}>
          {good ? words.roomHint : words.badRoom}
        </small>
      </form>
    </section>
  );
}

/** Where people talk in a room. */
export function callAddress(base: string, room: string): string {
  return `${base}/sfu?room=${encodeURIComponent(room)}`;
}
