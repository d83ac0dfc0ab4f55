import { useSignal } from "@preact/signals";
import { whipAddress } from "../store/place.ts";
import { text } from "../text.ts";
import { Copy } from "./copy.tsx";

const ROOM = /^[\p{L}\p{N}._-]{1,64}$/u;

/** How to publish to a room of one's choice. */
export function Publish({ base }: { base: string }) {
  const room = useSignal("studio");
  const words = text.landing;
  const good = ROOM.test(room.value);
  const address = whipAddress(base, good ? room.value : "studio");
  const watch = `${base}/watch/${encodeURIComponent(good ? room.value : "studio")}`;
  return (
    <section class="publish" aria-labelledby="publish">
      <h2 id="publish">{words.publish}</h2>
      <label>
        <span>{words.room}</span>
        <input
          value={room.value}
          maxLength={64}
          spellcheck={false}
          autocomplete="off"
          aria-invalid={!good}
          aria-describedby="room-hint"
          onInput={({ currentTarget }) => {
            room.value = currentTarget.value.trim();
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
      <p class="then">
        {words.watchAt} <a href={watch}>{watch}</a>
      </p>
    </section>
  );
}

function ffmpegCommand(address: string): string {
  const own = address.startsWith("https:") ? "-tls_verify 0 " : "";
  return `ffmpeg -re -i video.mp4 -c:v libx264 -profile:v baseline -tune zerolatency -g 60 -c:a libopus -ar 48000 -ac 2 ${own}-f whip "${address}"`;
}
