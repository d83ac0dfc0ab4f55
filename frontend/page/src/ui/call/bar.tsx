import { useRef } from "preact/hooks";
import type { Call } from "../../store/call/call.ts";
import type { Meeting } from "../../store/call/meeting.ts";
import { text } from "../../text.ts";
import { Icon, type IconName } from "../icons.tsx";
import { Button } from "./button.tsx";
import type { Deed, Deeds } from "./deeds.ts";

interface BarProps {
  call: Call;
  meeting: Meeting;
  deeds: Deeds;
}

/** What one can do in a call. */
export function Bar({ call, meeting, deeds }: BarProps) {
  const words = text.call;
  const { chat, panel, isViewer } = meeting;
  const unread = chat.unread.value;
  return (
    <div class="bar" role="toolbar" aria-label={words.controls}>
      {!isViewer && <Switch deed={deeds.microphone} />}
      {!isViewer && <Switch deed={deeds.camera} />}
      {!isViewer && meeting.own.canShare && <Switch deed={deeds.screen} />}
      <Switch deed={deeds.hand} />
      <Button
        icon="chat"
        label={unread > 0 ? words.unread(unread) : words.chat}
        shortcut="c"
        look={panel.value === "chat" ? "on" : undefined}
        expanded={panel.value === "chat"}
        onClick={() => meeting.toggle("chat")}
      >
        {unread > 0 && <span class="unread">{unread > 99 ? "99+" : unread}</span>}
      </Button>
      <More deeds={deeds} />
      <Button icon="leave" label={words.leave} look="leave" onClick={() => call.leave()} />
    </div>
  );
}

function Switch({ deed }: { deed: Deed }) {
  const { icon, label, key, look, run } = deed;
  return <Button icon={icon} label={label} shortcut={key} look={look} onClick={run} />;
}

/** What is seldom wanted. */
function More({ deeds }: { deeds: Deeds }) {
  const menu = useRef<HTMLDivElement>(null);
  const items = [deeds.people, deeds.invite, deeds.devices, deeds.statistics];
  const more = [...items, deeds.float, deeds.fullscreen, deeds.help];
  return (
    <>
      <button
        type="button"
        class="round"
        title={text.call.more}
        aria-label={text.call.more}
        popovertarget="more"
      >
        <Icon name="more" />
      </button>
      <div ref={menu} id="more" class="menu" popover="auto">
        {more.map(({ icon, label, key, run, disabled }) => (
          <Item
            key={label}
            icon={icon}
            label={label}
            shortcut={key}
            disabled={disabled ?? false}
            onClick={() => {
              menu.current?.hidePopover();
              run();
            }}
          />
        ))}
      </div>
    </>
  );
}

interface ItemProps {
  icon: IconName;
  label: string;
  shortcut: string;
  disabled: boolean;
  onClick: () => void;
}

function Item({ icon, label, shortcut, disabled, onClick }: ItemProps) {
  return (
    <button
      type="button"
      disabled={disabled}
      data-key={shortcut}
      aria-label={label}
      aria-keyshortcuts={shortcut}
      onClick={onClick}
    >
      <Icon name={icon} />
      {label}
    </button>
  );
}
