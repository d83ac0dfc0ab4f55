import type { Kind, Trouble } from "../../store/call/ask.ts";
import type { Device, Devices } from "../../store/call/devices.ts";
import { troubleText } from "../../store/call/trouble.ts";
import { text } from "../../text.ts";
import { Meter } from "./meter.tsx";

/** Which camera, microphone and speaker are used. */
export function DeviceChoice({ devices }: { devices: Devices }) {
  const { camera, microphone, speaker, lists } = devices;
  const words = text.call;
  const inUse = (kind: Kind) => devices[kind].track.value?.getSettings().deviceId;
  return (
    <div class="devices">
      <Choice
        label={words.camera}
        list={lists.value.camera}
        chosen={inUse("camera") ?? camera.chosen.value}
        choose={(id) => void devices.choose("camera", id)}
      />
      <Choice
        label={words.microphone}
        list={lists.value.microphone}
        chosen={inUse("microphone") ?? microphone.chosen.value}
        choose={(id) => void devices.choose("microphone", id)}
      />
      <Meter track={microphone.track} />
      {"setSinkId" in HTMLMediaElement.prototype && (
        <Choice
          label={words.speaker}
          list={lists.value.speaker}
          chosen={speaker.value}
          choose={(id) => devices.chooseSpeaker(id)}
        />
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  list: readonly Device[];
  chosen: string;
  choose: (id: string) => void;
}

function Choice({ label, list, chosen, choose }: ChoiceProps) {
  const known = list.some(({ id }) => id === chosen);
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={known ? chosen : ""}
        disabled={list.length === 0}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {!known && <option value="">{text.call.standard}</option>}
        {list.map((one, index) => (
          <option key={one.id} value={one.id}>
            {one.label || text.call.nth(label, index + 1)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Why there is no camera or no microphone, and what to do. */
export function Troubles({ devices }: { devices: Devices }) {
  const { camera, microphone } = devices;
  const [eye, ear] = [camera.trouble.value, microphone.trouble.value];
  if (devices.isAsking.value) return null;
  if (eye === "insecure" || ear === "insecure") {
    return <p class="hint">{troubleText("insecure", "both")}</p>;
  }
  if (eye !== undefined && eye === ear) return <One trouble={eye} of="both" devices={devices} />;
  return (
    <>
      {eye !== undefined && <One trouble={eye} of="camera" devices={devices} />}
      {ear !== undefined && <One trouble={ear} of="microphone" devices={devices} />}
    </>
  );
}

interface OneProps {
  trouble: Exclude<Trouble, "insecure">;
  of: Kind | "both";
  devices: Devices;
}

function One({ trouble, of, devices }: OneProps) {
  const kinds: readonly Kind[] = of === "both" ? ["camera", "microphone"] : [of];
  return (
    <p class="hint">
      {troubleText(trouble, of)}{" "}
      <button type="button" class="plain" onClick={() => void devices.open(kinds)}>
        {text.call.again}
      </button>
    </p>
  );
}
