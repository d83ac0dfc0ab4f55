import { useEffect, useRef } from "preact/hooks";
import type { Call } from "../../store/call/call.ts";
import type { Meeting } from "../../store/call/meeting.ts";
import { text } from "../../text.ts";
import { Copy } from "../copy.tsx";
import { OwnTile } from "./own-tile.tsx";
import { RemoteTile } from "./tile.tsx";

/** All pictures, so placed that they fit. */
export function StageView({ call, meeting }: { call: Call; meeting: Meeting }) {
  const ref = useRef<HTMLElement>(null);
  const { stage } = meeting;
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      stage.area.value = { width: element.clientWidth, height: element.clientHeight };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [stage]);
  const scene = stage.scene.value;
  return (
    <section ref={ref} class="stage" aria-label={text.call.stage}>
      {stage.tiles.value.map((tile) => (
        <RemoteTile
          key={tile.key}
          tile={tile}
          meeting={meeting}
          speaker={call.devices.speaker.value}
          box={scene.boxes.get(tile.key)}
        />
      ))}
      {!meeting.isViewer && <OwnTile devices={call.devices} meeting={meeting} box={scene.own} />}
      {stage.tiles.value.length === 0 && <Alone call={call} />}
    </section>
  );
}

function Alone({ call }: { call: Call }) {
  const words = text.call;
  return (
    <div class="alone">
      <h2>{words.alone}</h2>
      <p>{words.aloneThen}</p>
      <Copy value={call.invitation} label={words.invitation} />
    </div>
  );
}
