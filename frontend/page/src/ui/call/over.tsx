import type { Goodbye } from "@trunkline/sdk";
import type { Call } from "../../store/call/call.ts";
import { text } from "../../text.ts";

/** What is left of a call. */
export function Over({ call, goodbye }: { call: Call; goodbye: Goodbye }) {
  const words = text.call;
  const isOwnWish = goodbye.code === "left";
  return (
    <main class="over">
      <h1>{isOwnWish ? words.over : words.thrownOut}</h1>
      {!isOwnWish && <p>{goodbye.code === "replaced" ? words.elsewhere : goodbye.reason}</p>}
      <button type="button" class="primary" onClick={() => void call.again()}>
        {words.joinAgain}
      </button>
      <a href={`${call.place.base}/`}>{words.allRooms}</a>
    </main>
  );
}
