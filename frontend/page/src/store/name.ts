// As the relay reads names: what can be shown, and no slash.
const NAME = /^(?!\.{1,2}$)[^\p{C}\p{Zl}\p{Zp}/]{1,64}$/u;

/** Whether the relay takes this as the name of a room or of somebody. */
export function isName(text: string): boolean {
  return NAME.test(text);
}
