import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

interface TokenFormProps {
  readonly words: {
    readonly title: string;
    readonly hint: string;
    readonly token: string;
    readonly forget: string;
  };
  /** What the button says. */
  readonly action: string;
  readonly token: string;
  setToken(text: string): void;
  /** It is needed for what was tried. */
  readonly wanted?: boolean;
  readonly children: ComponentChildren;
}

/** Where an operator says who it is. */
export function TokenForm({ words, action, token, setToken, wanted, children }: TokenFormProps) {
  const typed = useSignal("");
  return (
    <section class="operator" aria-labelledby="operator" data-wanted={wanted}>
      <h2 id="operator">{words.title}</h2>
      <p class="faint">{words.hint}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.value.trim() !== "") setToken(typed.value.trim());
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
          {action}
        </button>
        {token !== "" && (
          <button type="button" onClick={() => setToken("")}>
            {words.forget}
          </button>
        )}
      </form>
      {children}
    </section>
  );
}
