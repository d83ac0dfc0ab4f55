/** Browsers give the clipboard to secure pages only; else the line, where there is one, is left selected. */
export async function toClipboard(value: string, line: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    if (line !== null) getSelection()?.selectAllChildren(line);
    return false;
  }
}
