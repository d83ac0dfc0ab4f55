import type { Flow, Track } from "@trunkline/sdk";
import { linesOf } from "../../store/call/measures.ts";
import type { Meeting } from "../../store/call/meeting.ts";
import { text } from "../../text.ts";

interface FiguresProps {
  meeting: Meeting;
  track: Track;
  flow: Flow | undefined;
  name: string;
}

/** What is measured of a picture. */
export function Figures({ meeting, track, flow, name }: FiguresProps) {
  const figures = meeting.measures.figures.value.get(track.id);
  return (
    <dl class="figures" aria-label={`${text.statistics.title}: ${name}`}>
      {linesOf(figures, track.layers, flow?.layer).map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
