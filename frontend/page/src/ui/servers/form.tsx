import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { serversText } from "../../servers-text.ts";
import type { Values } from "../../store/servers/draft.ts";
import { type Field, Input } from "./field.tsx";

interface FormProps {
  title: string;
  fields: readonly Field[];
  initial: Values;
  /** Do it; why it could not be done, or undefined. */
  save: (values: Values) => Promise<string | undefined>;
  close: () => void;
}

/** Where something is added or changed; it has the keyboard when it opens. */
export function Form({ title, fields, initial, save, close }: FormProps) {
  const id = useId();
  const values = useSignal(initial);
  const trouble = useSignal("");
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), []);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    trouble.value = (await save(values.value)) ?? "";
    busy.value = false;
    if (trouble.value === "") close();
  }

  const shown = (more: boolean) =>
    fields
      .filter((field) => (field.more ?? false) === more)
      .map((field) => (
        <Input
          key={field.key}
          field={field}
          id={`${id}-${field.key}`}
          value={values.value[field.key] ?? ""}
          onValue={(value) => {
            values.value = { ...values.value, [field.key]: value };
          }}
        />
      ));

  return (
    <form
      ref={form}
      class="change"
      aria-labelledby={`${id}-title`}
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <h3 id={`${id}-title`}>{title}</h3>
      {shown(false)}
      <details>
        <summary>{serversText.more}</summary>
        <div class="fields">{shown(true)}</div>
      </details>
      <p role="alert" class="trouble">
        {trouble.value}
      </p>
      <div class="deeds">
        <button type="submit" class="primary" aria-disabled={busy.value}>
          {serversText.save}
        </button>
        <button type="button" onClick={close}>
          {serversText.cancel}
        </button>
      </div>
    </form>
  );
}
