// As the relay reads names: what can be shown, and no slash.
// Joiners, which emoji and some scripts need, stand between characters beyond ASCII.
const NAME =
  /^(?!\.{1,2}$)(?:[^\p{C}\p{Zl}\p{Zp}/]|(?<=[^\0-\x7f\u200c\u200d])[\u200c\u200d](?=[^\0-\x7f\u200c\u200d])){1,64}$/u;

/** Whether the relay takes this as the name of a room or of somebody. */
export function isName(text: string): boolean {
  return NAME.test(text);
}
