import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Call } from "../../store/call/call.ts";
import type { Meeting } from "../../store/call/meeting.ts";
import { text } from "../../text.ts";
import { Button } from "./button.tsx";
import type { Deed } from "./deeds.ts";
import { DeviceChoice, Troubles } from "./devices.tsx";

interface DialogsProps {
  call: Call;
  meeting: Meeting;
  deeds: Record<string, Deed>;
}

/** What is shown above all else until it is closed. */
export function Dialogs({ call, meeting, deeds }: DialogsProps) {
  const which = meeting.dialog.value;
  const close = () => {
    // A dialog tells that it was closed some time after it was; another one may be open by then.
    if (meeting.dialog.peek() === which) meeting.dialog.value = undefined;
  };
  switch (which) {
    case "devices":
      return (
        <Dialog key={which} title={text.call.settings} close={close}>
          <div role="status">
            <Troubles devices={call.devices} />
          </div>
          <DeviceChoice devices={call.devices} />
        </Dialog>
      );
    case "help":
      return (
        <Dialog key={which} title={text.call.help} close={close}>
          <Keys call={call} deeds={deeds} />
        </Dialog>
      );
    default:
      return null;
  }
}

interface DialogProps {
  title: string;
  close: () => void;
  children: ComponentChildren;
}

function Dialog({ title, close, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog ref={ref} aria-label={title} onClose={close}>
      <header>
        <h2>{title}</h2>
        <Button icon="close" label={text.call.close} onClick={() => ref.current?.close()} />
      </header>
      {children}
    </dialog>
  );
}

function Keys({ call, deeds }: { call: Call; deeds: Record<string, Deed> }) {
  const isOn = useSignal(call.memory.value.shortcuts);
  return (
    <>
      <p>{text.call.shortcuts}</p>
      <dl class="keys">
        {Object.values(deeds).map(({ key, label }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={isOn.value}
          onChange={({ currentTarget }) => {
            isOn.value = currentTarget.checked;
            call.memory.keep({ shortcuts: currentTarget.checked });
          }}
        />
        {text.call.shortcutsOn}
      </label>
    </>
  );
}
