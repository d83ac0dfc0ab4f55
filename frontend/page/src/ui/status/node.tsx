import { statusText } from "../../status-text.ts";
import type { State } from "../../store/status/graph.ts";
import type { View } from "./view.ts";

interface NodeProps {
  readonly id: string;
  readonly name: string;
  readonly figure: string;
  readonly state: State;
  readonly view: View;
}

/** Somebody at one side of the drawing; choosing it brings its lines out. */
export function Node({ id, name, figure, state, view }: NodeProps) {
  const pinned = view.pinned.value === id;
  const point = () => {
    view.pointed.value = id;
  };
  const leave = () => {
    view.pointed.value = undefined;
  };
  return (
    <li class="node" data-state={state}>
      <button
        type="button"
        title={name}
        aria-pressed={pinned}
        onClick={() => {
          view.pinned.value = pinned ? undefined : id;
        }}
        onPointerEnter={point}
        onPointerLeave={leave}
        onFocus={point}
        onBlur={leave}
      >
        <bdi class="name">{name}</bdi>
        <small>
          {state === "stalled" && <strong>{statusText.states.stalled} </strong>}
          {figure}
        </small>
      </button>
    </li>
  );
}
