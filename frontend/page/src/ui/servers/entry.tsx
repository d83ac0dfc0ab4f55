import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { serversText } from "../../servers-text.ts";

/** How something is, at a glance. */
export type Mood = "good" | "waiting" | "bad" | "idle";

interface EntryProps {
  name: string;
  /** Where it is, if that is not its name. */
  address: string | undefined;
  mood: Mood;
  state: string;
  error: string | null;
  children: ComponentChildren;
  deeds: ComponentChildren;
}

/** One trunk or camera. */
export function Entry({ name, address, mood, state, error, children, deeds }: EntryProps) {
  return (
    <li class="entry" data-mood={mood}>
      <div class="head">
        <h3 dir="auto">{name}</h3>
        <p class="state">{state}</p>
      </div>
      {address && <code>{address}</code>}
      {error && <p class="trouble">{error}</p>}
      <dl class="facts">{children}</dl>
      {deeds}
    </li>
  );
}

/** One figure of it. */
export function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface DeedsProps {
  name: string;
  edit: () => void;
  /** Do it; why it could not be done, or undefined. */
  remove: () => Promise<string | undefined>;
}

/** What can be done with one; removing asks first. */
export function Deeds({ name, edit, remove }: DeedsProps) {
  const asked = useSignal<"no" | "yes" | "kept">("no");
  const trouble = useSignal("");
  const first = useRef<HTMLButtonElement>(null);
  const sure = asked.value === "yes";
  // The keyboard follows: to the answer, and back to the question.
  useLayoutEffect(() => {
    if (asked.value !== "no") first.current?.focus();
  }, [asked.value]);

  async function go(): Promise<void> {
    trouble.value = (await remove()) ?? "";
    asked.value = "kept";
  }

  if (!sure) {
    return (
      <>
        <div class="deeds">
          <button type="button" aria-label={serversText.editOf(name)} onClick={edit}>
            {serversText.edit}
          </button>
          <button
            ref={first}
            type="button"
            aria-label={serversText.removeOf(name)}
            onClick={() => {
              asked.value = "yes";
            }}
          >
            {serversText.remove}
          </button>
        </div>
        <p role="alert" class="trouble">
          {trouble.value}
        </p>
      </>
    );
  }
  return (
    <fieldset class="deeds">
      <legend>{serversText.sure(name)}</legend>
      <button ref={first} type="button" class="danger" onClick={() => void go()}>
        {serversText.remove}
      </button>
      <button
        type="button"
        onClick={() => {
          asked.value = "kept";
        }}
      >
        {serversText.keep}
      </button>
    </fieldset>
  );
}
