import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

interface FoldProps {
  readonly title: string;
  /** At first. */
  readonly open: boolean;
  /** Made only while it is shown. */
  readonly children: () => ComponentChildren;
}

/** Something that one may fold up, and that then costs nothing to keep up to date. */
export function Fold({ title, open, children }: FoldProps) {
  const shown = useSignal(open);
  return (
    <details
      open={shown.value}
      onToggle={({ currentTarget }) => {
        shown.value = currentTarget.open;
      }}
    >
      <summary>{title}</summary>
      {shown.value && children()}
    </details>
  );
}
