import type { ComponentChildren } from "preact";
import { text } from "../../text.ts";
import { Button } from "./button.tsx";

interface PanelProps {
  title: string;
  close: () => void;
  children: ComponentChildren;
}

/** Something beside the pictures; on telephones it covers them. */
export function Panel({ title, close, children }: PanelProps) {
  return (
    <section class="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <Button icon="close" label={text.call.close} onClick={close} />
      </header>
      {children}
    </section>
  );
}
