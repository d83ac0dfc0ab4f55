/** Made in code: a page's policy may forbid inline styles. */
export function styles(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; position: relative; background: #111; color: #eee; font: 14px system-ui, sans-serif; }
    :host([hidden]) { display: none; }
    .grid { display: grid; gap: 8px; padding: 8px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr)); }
    figure { position: relative; margin: 0; aspect-ratio: 16 / 9; background: #222; border-radius: 6px; overflow: hidden; }
    video { width: 100%; height: 100%; object-fit: contain; }
    figure.own video { transform: scaleX(-1); }
    figcaption { position: absolute; inset: auto auto 6px 6px; padding: 2px 8px; border-radius: 4px; background: #000a; }
    p { margin: 0; padding: 8px 12px; }
    button { margin: 8px; font: inherit; }
    [hidden] { display: none; }
  `);
  return sheet;
}
