import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import icon from "../../icon.svg";
import type { Call } from "../../store/call/call.ts";
import { text } from "../../text.ts";
import { Avatar } from "./avatar.tsx";
import { Button } from "./button.tsx";
import { DeviceChoice, Troubles } from "./devices.tsx";
import { Video } from "./video.tsx";

/** What people see before they enter: themselves, and what they are asked for. */
export function Lobby({ call }: { call: Call }) {
  const words = text.call;
  const isJoining = call.phase.value.kind === "joining";
  const { camera, microphone } = call.devices;
  const hasNothing = camera.track.value === undefined && microphone.track.value === undefined;
  return (
    <main class="lobby">
      <header>
        <img src={icon} alt="" width="32" height="32" />
        <h1>
          {words.title} {call.place.room !== "" && <bdi dir="auto">{call.place.room}</bdi>}
        </h1>
      </header>
      <div class="sheet">
        <section class="look">
          <Preview call={call} />
          <div role="status" class="hints">
            {call.devices.isAsking.value && <p class="hint">{words.asking}</p>}
            <Troubles devices={call.devices} />
          </div>
        </section>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void call.join(false);
          }}
        >
          <Fields call={call} />
          <p role="alert" class="trouble">
            {call.refusal.value}
          </p>
          <button type="submit" class="primary" disabled={isJoining}>
            {isJoining ? words.joining : hasNothing ? words.joinWithout : words.join}
          </button>
          <button
            type="button"
            class="secondary"
            disabled={isJoining}
            onClick={() => void call.join(true)}
          >
            {words.joinAsViewer}
          </button>
          <DeviceChoice devices={call.devices} />
        </form>
      </div>
    </main>
  );
}

/** One's own picture, with the two buttons that matter. */
function Preview({ call }: { call: Call }) {
  const words = text.call;
  const { devices } = call;
  const { camera, microphone } = devices;
  const stream = useComputed(() => camera.track.value && new MediaStream([camera.track.value]));
  const isSeen = stream.value !== undefined;
  const isHeard = microphone.track.value !== undefined && microphone.isOn.value;
  return (
    <div class="preview">
      <Video stream={stream.value} muted label={words.preview} />
      {!isSeen && (
        <div class="instead">
          <Avatar name={call.name.value.trim() || "?"} />
          <p>{words.cameraIsOff}</p>
        </div>
      )}
      <div class="switches">
        <Button
          icon={isHeard ? "microphone" : "microphoneOff"}
          label={isHeard ? words.mute : words.unmute}
          look={isHeard ? undefined : "off"}
          onClick={() => devices.turn("microphone", !isHeard)}
        />
        <Button
          icon={isSeen ? "camera" : "cameraOff"}
          label={isSeen ? words.cameraOff : words.cameraOn}
          look={isSeen ? undefined : "off"}
          onClick={() => devices.turn("camera", !isSeen)}
        />
      </div>
    </div>
  );
}

function Fields({ call }: { call: Call }) {
  const words = text.call;
  const form = useRef<HTMLDivElement>(null);
  const wrong = call.wrong.value;
  useEffect(() => {
    const first = wrong ?? (call.needsPassphrase.value ? "passphrase" : undefined);
    // On telephones the keyboard would cover all else.
    if (first === undefined && matchMedia("(pointer: coarse)").matches) return;
    const field = first ?? (call.room.peek() === "" ? "room" : "name");
    form.current?.querySelector<HTMLInputElement>(`[name=${field}]`)?.focus();
  }, [wrong, call, call.needsPassphrase.value]);
  return (
    <div ref={form} class="fields">
      {call.place.room === "" && (
        <Field label={words.room} field="room" call={call} isWrong={wrong === "room"} />
      )}
      <Field label={words.name} field="name" call={call} isWrong={wrong === "name"} />
      {call.needsPassphrase.value && (
        <Field label={words.passphrase} field="passphrase" call={call} isWrong={false} />
      )}
    </div>
  );
}

interface FieldProps {
  label: string;
  field: "room" | "name" | "passphrase";
  call: Call;
  isWrong: boolean;
}

function Field({ label, field, call, isWrong }: FieldProps) {
  const isSecret = field === "passphrase";
  const common = {
    id: field,
    name: field,
    value: call[field].value,
    dir: "auto",
    spellcheck: false,
    autocomplete: field === "name" ? "name" : "off",
    "aria-invalid": isWrong,
    "aria-describedby": isWrong ? `wrong-${field}` : undefined,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
      call[field].value = currentTarget.value;
    },
  } as const;
  return (
    <label class="field" htmlFor={field}>
      <span>{label}</span>
      {isSecret ? (
        <input type="password" maxLength={256} {...common} />
      ) : (
        <input type="text" maxLength={64} {...common} />
      )}
      {isWrong && (
        <small id={`wrong-${field}`} class="trouble">
          {field === "room" ? text.landing.badRoom : text.call.badName}
        </small>
      )}
    </label>
  );
}
