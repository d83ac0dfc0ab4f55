import { programBase, whepAddress, whipAddress } from "../store/place.ts";
import { text } from "../text.ts";
import { Copy } from "./copy.tsx";

interface Programs {
  readonly room: string;
  readonly base: string;
  readonly plainPort: number | null;
}

/** How other programs send to a room and receive from it. */
export function Programs({ room, base, plainPort }: Programs) {
  const words = text.landing;
  const open = programBase(base, plainPort);
  const whip = whipAddress(open, room);
  const watch = `${base}/watch/${encodeURIComponent(room)}`;
  return (
    <section class="programs" aria-labelledby="programs">
      <h2 id="programs">{words.programs}</h2>
      <p class="faint">
        {words.programsHint} <bdi>{room}</bdi>
      </p>
      <div class="columns">
        <div>
          <h3>{words.publish}</h3>
          <Labelled label={words.address} value={whip} />
          <small>{words.addressHint}</small>
          <Labelled label={words.command} value={ffmpegCommand(whip)} />
          {open.startsWith("https:") && <small>{words.commandTrust}</small>}
        </div>
        <div>
          <h3>{words.receive}</h3>
          <Labelled label={words.watchAddress} value={watch} />
          <Labelled label={words.whep} value={whepAddress(open, room)} />
          <small>{words.whepHint}</small>
          <Labelled label={words.embed} value={element(base, room)} />
          <small>{words.embedHint}</small>
        </div>
      </div>
    </section>
  );
}

function Labelled({ label, value }: { label: string; value: string }) {
  return (
    <>
      <h4>{label}</h4>
      <Copy value={value} label={label} />
    </>
  );
}

function ffmpegCommand(address: string): string {
  return `ffmpeg -re -i video.mp4 -c:v libx264 -profile:v baseline -tune zerolatency -g 60 -c:a libopus -ar 48000 -ac 2 -f whip "${address}"`;
}

function element(base: string, room: string): string {
  const name = room.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return `<script type="module" src="${base}/sdk/trunkline-room.js"></script> <trunkline-room room="${name}"></trunkline-room>`;
}
