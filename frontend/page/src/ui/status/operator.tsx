import { statusText } from "../../status-text.ts";
import type { StatusStore } from "../../store/status/follow.ts";
import { text } from "../../text.ts";
import { TokenForm } from "../token-form.tsx";

/** Where an operator says who it is, to see everything. */
export function Operator({ store }: { store: StatusStore }) {
  const words = statusText.operator;
  return (
    <TokenForm
      words={words}
      action={words.show}
      token={store.token.value}
      setToken={store.setToken}
    >
      <p>
        {text.name} {store.report.value?.version} · <a href="api/v1/status">{statusText.api}</a>
      </p>
    </TokenForm>
  );
}
