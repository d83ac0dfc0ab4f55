import { useSignal } from "@preact/signals";
import { statusText } from "../../status-text.ts";
import type { StatusStore } from "../../store/status/follow.ts";
import { text } from "../../text.ts";

/** Where an operator says who it is. */
export function Operator({ store }: { store: StatusStore }) {
  const words = statusText.operator;
  const typed = useSignal("");
  const known = store.token.value !== "";
  return (
    <section class="operator" aria-labelledby="operator">
      <h2 id="operator">{words.title}</h2>
      <p class="faint">{words.hint}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.value.trim() !== "") store.setToken(typed.value.trim());
          typed.value = "";
        }}
      >
        <label>
          <span>{words.token}</span>
          <input
            type="password"
            autocomplete="off"
            value={typed.value}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="primary">
          {words.show}
        </button>
        {known && (
          <button type="button" onClick={() => store.setToken("")}>
            {words.forget}
          </button>
        )}
      </form>
      <p>
        {text.name} {store.report.value?.version} · <a href="api/v1/status">{statusText.api}</a>
      </p>
    </section>
  );
}
