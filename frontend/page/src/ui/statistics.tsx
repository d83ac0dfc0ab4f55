import { text } from "../text.ts";

/** What the connection does, for whoever wants to know. */
export function Statistics({ rows }: { rows: readonly [string, string][] }) {
  return (
    <section class="statistics" aria-label={text.statistics.title}>
      <dl>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
