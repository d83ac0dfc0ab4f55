import type { Call } from "../../store/call/call.ts";
import { Lobby } from "./lobby.tsx";
import { MeetingView } from "./meeting.tsx";
import { NoticeList } from "./notices.tsx";
import { Over } from "./over.tsx";

/** The whole page. */
export function CallPage({ call }: { call: Call }) {
  return (
    <>
      <PhaseView call={call} />
      <NoticeList notices={call.notices} />
    </>
  );
}

function PhaseView({ call }: { call: Call }) {
  const phase = call.phase.value;
  switch (phase.kind) {
    case "lobby":
    case "joining":
      return <Lobby call={call} />;
    case "call":
      return <MeetingView call={call} meeting={phase.meeting} />;
    case "over":
      return <Over call={call} goodbye={phase.goodbye} />;
  }
}
