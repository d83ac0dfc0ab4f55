import { serversText } from "../../servers-text.ts";
import type { ServersStore } from "../../store/servers/follow.ts";
import { TokenForm } from "../token-form.tsx";

/** Where an operator says who it is, to change things. */
export function OperatorForm({ store }: { store: ServersStore }) {
  const words = serversText.operator;
  const token = store.token.value;
  return (
    <TokenForm
      words={words}
      action={words.use}
      token={token}
      setToken={store.setToken}
      wanted={store.wanted.value}
    >
      <p role="status">{token !== "" && words.known}</p>
    </TokenForm>
  );
}
