import { serversText } from "../../servers-text.ts";
import type { Values } from "../../store/servers/draft.ts";

const words = serversText.fields;

/** One field of a form. */
export interface Field {
  readonly key: string;
  readonly label: string;
  readonly type: "text" | "password" | "number" | "check" | "lines" | "choice";
  readonly hint?: string;
  readonly required?: boolean;
  /** It is seldom needed: it is shown when asked for. */
  readonly more?: boolean;
  /** Value → label. */
  readonly choices?: Readonly<Record<string, string>>;
}

/** What can be said of a trunk. */
export const trunkFields: readonly Field[] = [
  { key: "url", label: words.trunkUrl, type: "text", hint: words.trunkUrlHint, required: true },
  { key: "secret", label: words.secret, type: "password", hint: words.secretHint },
  {
    key: "fingerprint",
    label: words.fingerprint,
    type: "text",
    hint: words.fingerprintHint,
    more: true,
  },
  { key: "rooms", label: words.rooms, type: "lines", hint: words.roomsHint, more: true },
  { key: "maxKbps", label: words.kbps, type: "number", more: true },
  { key: "maxLayer", label: words.layer, type: "number", more: true },
  { key: "insecure", label: words.insecure, type: "check", more: true },
  { key: "send", label: words.send, type: "check", more: true },
  { key: "receive", label: words.receive, type: "check", more: true },
];

/** What can be said of a camera. */
export const cameraFields: readonly Field[] = [
  { key: "url", label: words.cameraUrl, type: "text", hint: words.cameraUrlHint, required: true },
  { key: "name", label: words.name, type: "text", required: true },
  { key: "room", label: words.room, type: "text", required: true },
  { key: "sub", label: words.sub, type: "text", more: true },
  { key: "mode", label: words.mode, type: "choice", choices: words.modes, more: true },
  {
    key: "transport",
    label: words.transport,
    type: "choice",
    choices: words.transports,
    more: true,
  },
  {
    key: "certificate",
    label: words.certificate,
    type: "text",
    hint: words.certificateHint,
    more: true,
  },
  { key: "loop", label: words.loop, type: "check", more: true },
];

interface InputProps {
  field: Field;
  id: string;
  value: Values[string];
  onValue: (value: string | boolean) => void;
}

/** A field with its label. */
export function Input(props: InputProps) {
  const { field, id } = props;
  const hint = field.hint && <small id={`${id}-hint`}>{field.hint}</small>;
  if (field.type === "check") {
    return (
      <div class="check">
        <Entry {...props} />
        <label for={id}>{field.label}</label>
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id}>{field.label}</label>
      <Entry {...props} />
      {hint}
    </div>
  );
}

function Entry({ field, id, value, onValue }: InputProps) {
  const common = { id, "aria-describedby": field.hint ? `${id}-hint` : undefined };
  const text = String(value ?? "");
  const onInput = ({ currentTarget }: { currentTarget: { value: string } }) =>
    onValue(currentTarget.value);
  switch (field.type) {
    case "check":
      return (
        <input
          {...common}
          type="checkbox"
          checked={value === true}
          onChange={({ currentTarget }) => onValue(currentTarget.checked)}
        />
      );
    case "lines":
      return <textarea {...common} rows={3} value={text} onInput={onInput} />;
    case "choice":
      return (
        <select {...common} value={text} onChange={onInput}>
          {Object.entries(field.choices ?? {}).map(([choice, label]) => (
            <option key={choice} value={choice}>
              {label}
            </option>
          ))}
        </select>
      );
    case "number":
      return <input {...common} type="number" min={0} value={text} onInput={onInput} />;
    case "password":
      return (
        <input
          {...common}
          type="password"
          value={text}
          autocomplete="new-password"
          onInput={onInput}
        />
      );
    case "text":
      return (
        <input
          {...common}
          value={text}
          required={field.required ?? false}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          onInput={onInput}
        />
      );
  }
}
