import { useSignal } from "@preact/signals";
import { serversText } from "../../servers-text.ts";
import type { ServersStore } from "../../store/servers/follow.ts";

/** Where an operator says who it is. */
export function OperatorForm({ store }: { store: ServersStore }) {
  const words = serversText.operator;
  const typed = useSignal("");
  const isKnown = store.token.value !== "";
  return (
    <section class="operator" aria-labelledby="operator" data-wanted={store.wanted.value}>
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
          {words.use}
        </button>
        {isKnown && (
          <button type="button" onClick={() => store.setToken("")}>
            {words.forget}
          </button>
        )}
      </form>
      <p role="status">{isKnown && words.known}</p>
    </section>
  );
}
