import { useSignal } from "@preact/signals";
import type { ChatLine } from "@trunkline/sdk";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { MAX_LINE } from "../../store/call/chat.ts";
import { piecesOf } from "../../store/call/links.ts";
import type { Meeting } from "../../store/call/meeting.ts";
import { text } from "../../text.ts";
import { Button } from "./button.tsx";
import { Panel } from "./panel.tsx";

/** What people write to each other. */
export function ChatPanel({ meeting }: { meeting: Meeting }) {
  const words = text.call;
  const list = useRef<HTMLDivElement>(null);
  const lines = meeting.chat.lines.value;
  const isFollowing = useRef(true);
  useEffect(() => {
    // Who reads what was written before is left there.
    if (isFollowing.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines]);
  return (
    <Panel title={words.chat} close={() => meeting.toggle("chat")}>
      <div
        ref={list}
        class="lines"
        role="log"
        aria-label={words.chat}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isFollowing.current = scrollHeight - scrollTop - clientHeight < 40;
        }}
      >
        {lines.length === 0 && <p class="faint">{words.noLines}</p>}
        {lines.map((line, index) => (
          <Line
            key={`${line.time} ${line.participantId} ${line.text}`}
            line={line}
            isSame={lines[index - 1]?.participantId === line.participantId}
            isOwn={line.participantId === meeting.presence.you.value?.id}
          />
        ))}
      </div>
      <Writing meeting={meeting} />
    </Panel>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

function Line({ line, isSame, isOwn }: { line: ChatLine; isSame: boolean; isOwn: boolean }) {
  return (
    <div class="line" data-own={isOwn}>
      {!isSame && (
        <p class="who">
          <bdi dir="auto">{line.name}</bdi>{" "}
          <time dateTime={new Date(line.time).toISOString()}>{clock.format(line.time)}</time>
        </p>
      )}
      <p class="said" dir="auto">
        {piecesOf(line.text).map(({ text: piece, href }) =>
          href === undefined ? (
            piece
          ) : (
            <a href={href} target="_blank" rel="noopener noreferrer">
              {piece}
            </a>
          ),
        )}
      </p>
    </div>
  );
}

function Writing({ meeting }: { meeting: Meeting }) {
  const words = text.call;
  const typed = useSignal("");
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    // What is typed right after the key that opens this goes here; afterwards one is where one was.
    const before = document.activeElement;
    field.current?.focus();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  const send = () => {
    // What the relay did not get stays where it was typed.
    if (meeting.chat.say(typed.value)) typed.value = "";
    else if (typed.value.trim() !== "") meeting.notices.say(words.reconnecting);
  };
  return (
    <form
      class="writing"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        rows={2}
        dir="auto"
        aria-label={words.write}
        placeholder={words.write}
        maxLength={MAX_LINE}
        value={typed.value}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") meeting.toggle("chat");
          // Enter also ends what is composed of several keys (UI Events, 5.6).
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <Button icon="send" label={words.send} look="on" onClick={send} />
    </form>
  );
}
