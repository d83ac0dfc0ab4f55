import type { Camera, Trunk } from "./entries.ts";

/** What stands in the fields of a form. */
export type Values = Readonly<Record<string, string | boolean>>;

/** What a form for a trunk begins with. */
export function trunkValues(trunk?: Partial<Trunk>): Values {
  return {
    url: trunk?.url ?? "",
    // It is never told; what is left empty stays as it is.
    secret: "",
    fingerprint: trunk?.fingerprint ?? "",
    insecure: trunk?.insecure ?? false,
    rooms: trunk?.rooms?.join("\n") ?? "",
    send: trunk?.send ?? true,
    receive: trunk?.receive ?? true,
    maxKbps: trunk?.maxKbps?.toString() ?? "",
    maxLayer: trunk?.maxLayer?.toString() ?? "",
  };
}

/** What a form for a camera begins with. */
export function cameraValues(camera?: Partial<Camera>): Values {
  return {
    url: camera?.url ?? "",
    name: camera?.name ?? "",
    room: camera?.room ?? "",
    sub: camera?.sub ?? "",
    mode: camera?.mode ?? "on-demand",
    transport: camera?.transport ?? "",
    certificate: camera?.certificate ?? "",
    loop: camera?.loop ?? false,
  };
}

/** The body that asks for a trunk. */
export function trunkBody(values: Values): Record<string, unknown> {
  const { insecure, send, receive } = values;
  const rooms = String(values.rooms ?? "")
    .split("\n")
    .map((room) => room.trim())
    .filter((room) => room !== "");
  return {
    ...filled(values, ["url", "secret", "fingerprint"]),
    ...numbers(values, ["maxKbps", "maxLayer"]),
    ...(rooms.length > 0 && { rooms }),
    insecure: insecure === true,
    send: send === true,
    receive: receive === true,
  };
}

/** The body that asks for a camera. */
export function cameraBody(values: Values): Record<string, unknown> {
  const { loop } = values;
  return {
    ...filled(values, ["url", "name", "room", "sub", "mode", "transport", "certificate"]),
    loop: loop === true,
  };
}

function filled(values: Values, keys: readonly string[]): Record<string, string> {
  const texts = keys.map((key) => [key, String(values[key] ?? "").trim()] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ""));
}

function numbers(values: Values, keys: readonly string[]): Record<string, number> {
  const texts = Object.entries(filled(values, keys));
  return Object.fromEntries(texts.map(([key, text]) => [key, Number(text)]));
}
