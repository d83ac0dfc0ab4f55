import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../icons.tsx";

/** What a button of a call needs. */
export interface ButtonProps {
  icon: IconName;
  label: string;
  shortcut?: string;
  /** How it looks: on its way to the end, something that is off, something that is on. */
  look?: "leave" | "off" | "on" | undefined;
  expanded?: boolean;
  disabled?: boolean | undefined;
  class?: string;
  onClick: () => void;
  children?: ComponentChildren;
}

/** A round button with a drawing, which says in words what it does. */
export function Button({
  icon,
  label,
  shortcut,
  look,
  expanded,
  disabled,
  onClick,
  children,
  class: more = "",
}: ButtonProps) {
  return (
    <button
      type="button"
      class={`round ${more}`}
      data-look={look}
      title={shortcut ? `${label} (${shortcut})` : label}
      aria-label={label}
      aria-keyshortcuts={shortcut}
      aria-expanded={expanded}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {children}
    </button>
  );
}
