/** A piece of what somebody wrote. */
export interface Piece {
  readonly text: string;
  /** Where it leads, if it is an address. */
  readonly href: string | undefined;
}

const ADDRESS = /https?:\/\/[^\s<>"']+/g;
/** Marks at the end of a sentence, which are seldom part of an address. */
const END = /[.,;:!?)\]}»”“]+$/;

/** Find the addresses in a line. */
export function piecesOf(line: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { 0: found, index } of line.matchAll(ADDRESS)) {
    const address = found.replace(END, "");
    if (!URL.canParse(address)) continue;
    if (index > at) pieces.push({ text: line.slice(at, index), href: undefined });
    pieces.push({ text: address, href: address });
    at = index + address.length;
  }
  if (at < line.length) pieces.push({ text: line.slice(at), href: undefined });
  return pieces;
}
