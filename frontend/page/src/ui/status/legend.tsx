import type { Signal } from "@preact/signals";
import { statusText } from "../../status-text.ts";
import type { Kind } from "../../store/status/report.ts";

const KINDS: readonly Kind[] = ["video", "audio"];

/** Says what the colours mean, and turns them off and on. */
export function Legend({ kinds }: { kinds: Signal<ReadonlySet<Kind>> }) {
  const { states } = statusText;
  return (
    <div class="legend">
      {KINDS.map((kind) => (
        <label key={kind} data-kind={kind}>
          <input
            type="checkbox"
            checked={kinds.value.has(kind)}
            onChange={({ currentTarget }) => {
              kinds.value = toggled(kinds.value, kind, currentTarget.checked);
            }}
          />
          <Sample state="flowing" />
          {statusText.kinds[kind]}
        </label>
      ))}
      <span>
        <Sample state="paused" />
        {states.paused}, {states.muted}
      </span>
      <span>
        <Sample state="stalled" />
        {states.stalled}
      </span>
    </div>
  );
}

function Sample({ state }: { state: string }) {
  return (
    <svg class="sample" viewBox="0 0 24 8" aria-hidden="true">
      <path class="line" data-state={state} d="M0 4H24" />
    </svg>
  );
}

function toggled(kinds: ReadonlySet<Kind>, kind: Kind, on: boolean): ReadonlySet<Kind> {
  return new Set(KINDS.filter((one) => (one === kind ? on : kinds.has(one))));
}
