import { useSignal } from "@preact/signals";
import { isName } from "../store/name.ts";
import { programBase, whipAddress } from "../store/place.ts";
import { text } from "../text.ts";
import { Copy } from "./copy.tsx";

const EXAMPLE = "studio";

/** How to publish to a room of one's choice. */
export function Publish({ base, plainPort }: { base: string; plainPort: number | null }) {
  const typed = useSignal<string>(EXAMPLE);
  const words = text.landing;
  const name = typed.value.trim();
  const good = isName(name);
  const room = good ? name : EXAMPLE;
  const open = programBase(base, plainPort);
  const address = whipAddress(open, room);
  const watch = `${base}/watch/${encodeURIComponent(room)}`;
  return (
    <section class="publish" aria-labelledby="publish">
      <h2 id="publish">{words.publish}</h2>
      <label>
        <span>{words.room}</span>
        <input
          value={typed.value}
          maxLength={64}
          spellcheck={false}
          autocomplete="off"
          aria-invalid={!good}
          aria-describedby="room-hint"
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
        <small id="room-hint" class={good ? "" : "trouble"}>
          {good ? words.roomHint : words.badRoom}
        </small>
      </label>
      <h3>{words.address}</h3>
      <Copy value={address} label={words.address} />
      <small>{words.addressHint}</small>
      <h3>{words.command}</h3>
      <Copy value={ffmpegCommand(address)} label={words.command} />
      {open.startsWith("https:") && <small>{words.commandTrust}</small>}
      <p class="then">
        {words.watchAt} <a href={watch}>{watch}</a>
      </p>
    </section>
  );
}

function ffmpegCommand(address: string): string {
  return `ffmpeg -re -i video.mp4 -c:v libx264 -profile:v baseline -tune zerolatency -g 60 -c:a libopus -ar 48000 -ac 2 -f whip "${address}"`;
}
