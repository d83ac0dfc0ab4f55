import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import type { Call } from "../../store/call/call.ts";
import type { Meeting } from "../../store/call/meeting.ts";
import { text } from "../../text.ts";
import { createScreen } from "../screen.ts";
import { Bar } from "./bar.tsx";
import { Button } from "./button.tsx";
import { ChatPanel } from "./chat.tsx";
import { type Deeds, deedsOf } from "./deeds.ts";
import { Dialogs } from "./dialogs.tsx";
import { PeoplePanel } from "./people.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { StageView } from "./stage.tsx";

/** A call. */
export function MeetingView({ call, meeting }: { call: Call; meeting: Meeting }) {
  const main = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const screen = useMemo(() => createScreen(main, video), []);
  const deeds = deedsOf(call, meeting, screen);
  useShortcuts(
    deeds,
    useCallback(() => call.memory.value.shortcuts, [call]),
  );
  // What was in focus in the lobby is gone: the keyboard goes on here, and screen readers read on.
  useEffect(() => main.current?.focus(), []);
  const panel = meeting.panel.value;
  return (
    <main ref={main} class="call" tabIndex={-1} aria-label={call.room.value}>
      <Head call={call} meeting={meeting} deeds={deeds} />
      <StageView call={call} meeting={meeting} />
      {panel === "chat" && <ChatPanel meeting={meeting} />}
      {panel === "people" && <PeoplePanel call={call} meeting={meeting} />}
      <Bar call={call} meeting={meeting} deeds={deeds} />
      <Dialogs call={call} meeting={meeting} deeds={deeds} />
    </main>
  );
}

/** Where one is, with whom, and whether all is well. */
function Head({ call, meeting, deeds }: { call: Call; meeting: Meeting; deeds: Deeds }) {
  const words = text.call;
  const { presence, isSilenced, own, stage } = meeting;
  const { page, pages } = stage.scene.value;
  return (
    <header class="head">
      <h1>
        <bdi dir="auto">{call.room.value}</bdi>
      </h1>
      <button
        type="button"
        class="count"
        aria-expanded={meeting.panel.value === "people"}
        onClick={() => meeting.toggle("people")}
      >
        {words.count(presence.participants.value.size + 1)}
      </button>
      {own.screen.value !== undefined && (
        <button type="button" class="pill" onClick={() => own.stopSharing()}>
          {words.sharing}
        </button>
      )}
      {isSilenced.value && (
        <button type="button" class="pill" onClick={() => unsilence(meeting)}>
          {words.blocked}
        </button>
      )}
      <div role="status" class="lost">
        {presence.state.value.phase === "reconnecting" && (
          <p>
            <span class="spinner" />
            {words.reconnecting}
          </p>
        )}
      </div>
      {pages > 1 && (
        <nav class="pages" aria-label={words.pages}>
          <Button {...pageButton(deeds.previous)} />
          <span role="status">
            <span class="unseen">{words.page(page + 1, pages)}</span>
            <span aria-hidden="true">
              {page + 1}/{pages}
            </span>
          </span>
          <Button {...pageButton(deeds.next)} />
        </nav>
      )}
    </header>
  );
}

function pageButton({ icon, label, key, disabled, run }: Deeds["previous"] | Deeds["next"]) {
  return { icon, label, shortcut: key, disabled, onClick: run };
}

function unsilence(meeting: Meeting): void {
  meeting.isSilenced.value = false;
}
