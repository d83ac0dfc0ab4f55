import type { Participant } from "@trunkline/sdk";
import type { Call } from "../../store/call/call.ts";
import type { Meeting } from "../../store/call/meeting.ts";
import { text } from "../../text.ts";
import { Copy } from "../copy.tsx";
import { Sign } from "../icons.tsx";
import { Avatar } from "./avatar.tsx";
import { Panel } from "./panel.tsx";

/** Who is there, seen or not. */
export function PeoplePanel({ call, meeting }: { call: Call; meeting: Meeting }) {
  const words = text.call;
  const { you, participants, handRaised } = meeting.presence;
  const viewers = new Set(meeting.stage.viewers.value.map(({ id }) => id));
  const silent = new Set(
    meeting.stage.tiles.value
      .filter(({ kind, silent: isSilent }) => kind === "person" && isSilent)
      .map(({ participantId }) => participantId),
  );
  const raised = (one: Participant) => Number(one.handRaised);
  const sorted = [...participants.value.values()].sort((a, b) => raised(b) - raised(a));
  return (
    <Panel title={words.people} close={() => meeting.toggle("people")}>
      <ul class="people">
        <li>
          <Avatar name={you.value?.name ?? ""} />
          <span class="entry">
            <bdi dir="auto">{words.youAre(you.value?.name ?? "")}</bdi>
          </span>
          {handRaised.value && <Sign name="hand" says={words.state.hand} />}
        </li>
        {sorted.map((one) => (
          <li key={one.id}>
            <Avatar name={one.name} />
            <span class="entry">
              <bdi dir="auto">{one.name}</bdi>
              {one.away && <small>{words.state.away}</small>}
              {viewers.has(one.id) && !one.away && <small>{words.watching}</small>}
            </span>
            {one.handRaised && <Sign name="hand" says={words.state.hand} />}
            {silent.has(one.id) && <Sign name="microphoneOff" says={words.state.muted} />}
          </li>
        ))}
      </ul>
      <div class="invitation">
        <h3>{words.invitation}</h3>
        <Copy value={call.invitation} label={words.invitation} />
      </div>
    </Panel>
  );
}
