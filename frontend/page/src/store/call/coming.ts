import type { Participant } from "@trunkline/sdk";

/** Something that people did which others want to hear of. */
export interface Happening {
  readonly type: "came" | "left" | "hand";
  readonly name: string;
}

type People = ReadonlyMap<string, Participant>;

/** What happened between two looks at who is there. */
export function happenings(before: People, after: People): readonly Happening[] {
  const found: Happening[] = [];
  for (const { id, name } of before.values()) {
    if (!after.has(id)) found.push({ type: "left", name });
  }
  for (const { id, name, handRaised } of after.values()) {
    const known = before.get(id);
    if (known === undefined) found.push({ type: "came", name });
    else if (handRaised && !known.handRaised) found.push({ type: "hand", name });
  }
  return found;
}
