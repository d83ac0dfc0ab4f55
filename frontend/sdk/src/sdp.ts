/** Ask for stereo Opus (RFC 7587, 6.1) wherever an offer has Opus: a receiver gets mono otherwise. */
export function withStereo(sdp: string): string {
  const payloads = [...sdp.matchAll(/^a=rtpmap:(\d+) opus\/48000\/2\r?$/gim)].map((m) => m[1]);
  return payloads.reduce<string>((text, payload) => {
    const format = new RegExp(`^(a=fmtp:${payload} (?!.*\\bstereo=)[^\\r\\n]*)`, "m");
    return text.replace(format, "$1;stereo=1");
  }, sdp);
}
