/** The URL of a relay's WebSocket: `relay` is its address, with http, https, ws or wss. */
export function socketUrl(relay: string, base: string | undefined): string {
  const url = new URL(relay, base);
  url.protocol = url.protocol.replace("http", "ws");
  url.pathname = `${url.pathname.replace(/\/$/, "")}/wsb`;
  url.search = url.hash = "";
  return url.href;
}
