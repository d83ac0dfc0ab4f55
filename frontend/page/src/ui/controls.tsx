import type { Signal } from "@preact/signals";
import type { WatchStore } from "../store/watch.ts";
import { text } from "../text.ts";
import { Icon } from "./icons.tsx";
import type { Screen } from "./screen.ts";

type IconName = Parameters<typeof Icon>[0]["name"];

/** The buttons over the picture. */
export function Controls({ store, screen }: { store: WatchStore; screen: Screen }) {
  const words = text.controls;
  const full = screen.isFull.value;
  return (
    <div class="controls" role="toolbar" aria-label={words.label}>
      <Sound muted={store.muted} audible={store.flow.value.sound} />
      <span class="gap" />
      <Button
        icon="statistics"
        label={words.statistics}
        shortcut="s"
        pressed={store.statisticsShown.value}
        onClick={() => toggle(store.statisticsShown)}
      />
      {screen.canFloat && (
        <Button
          icon="pictureInPicture"
          label={words.pictureInPicture}
          shortcut="p"
          onClick={screen.toggleFloat}
        />
      )}
      <Button
        icon={full ? "leaveFullscreen" : "fullscreen"}
        label={full ? words.leaveFullscreen : words.fullscreen}
        shortcut="f"
        onClick={screen.toggleFull}
      />
    </div>
  );
}

/** Turn a switch over. */
export function toggle(flag: Signal<boolean>): void {
  flag.value = !flag.value;
}

function Sound({ muted, audible }: { muted: Signal<boolean>; audible: boolean }) {
  const words = text.controls;
  if (!audible) {
    return <Button icon="muted" label={words.noSound} disabled />;
  }
  if (!muted.value) {
    return <Button icon="sound" label={words.mute} shortcut="m" onClick={() => toggle(muted)} />;
  }
  return (
    <button
      type="button"
      class="control unmute"
      aria-keyshortcuts="m"
      title={`${words.unmute} (m)`}
      onClick={() => toggle(muted)}
    >
      <Icon name="muted" />
      {words.unmute}
    </button>
  );
}

interface ButtonProps {
  icon: IconName;
  label: string;
  shortcut?: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick?: () => void;
}

function Button({ icon, label, shortcut, pressed, disabled, onClick }: ButtonProps) {
  return (
    <button
      type="button"
      class="control"
      title={shortcut ? `${label} (${shortcut})` : label}
      aria-label={label}
      aria-keyshortcuts={shortcut}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
