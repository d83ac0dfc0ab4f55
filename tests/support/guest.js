// One guest's two peer connections; what they say to the relay is carried by the test.
globalThis.guest = (() => {
  let sending;
  let receiving;
  const own = new Map();
  const made = [];
  const players = new Map();

  async function fresh(kind) {
    if (kind === "audio") {
      const context = new AudioContext();
      const tone = context.createOscillator();
      const target = context.createMediaStreamDestination();
      tone.connect(target);
      tone.start();
      return target.stream.getAudioTracks()[0];
    }
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
    const pen = canvas.getContext("2d");
    let step = 0;
    setInterval(() => {
      step += 1;
      pen.fillStyle = `hsl(${(step * 7) % 360} 80% 50%)`;
      pen.fillRect(0, 0, 320, 240);
    }, 40);
    return canvas.captureStream(25).getVideoTracks()[0];
  }

  // Makes tracks that are not sent yet: [{kind, id, stream}].
  async function make(kinds) {
    const stream = new MediaStream();
    for (const kind of kinds) made.push({ track: await fresh(kind), stream });
    return made.map(({ track, stream }) => ({ kind: track.kind, id: track.id, stream: stream.id }));
  }

  // Sends what was made, and makes an offer: {tracks: [{mid, kind, id, stream}], sdp}.
  async function offer({ data = false, dummy = false } = {}) {
    sending ??= new RTCPeerConnection();
    if (dummy) sending.addTransceiver("audio", { direction: "sendonly" });
    if (data) sending.createDataChannel("data-out", { ordered: false });
    for (const { track, stream } of made.splice(0)) {
      own.set(sending.addTrack(track, stream), { kind: track.kind, id: track.id, stream: stream.id });
    }
    await sending.setLocalDescription(await sending.createOffer());
    const tracks = sending
      .getTransceivers()
      .filter((one) => own.has(one.sender))
      .map((one) => ({ mid: one.mid, ...own.get(one.sender) }));
    return { tracks, sdp: sending.localDescription.sdp };
  }

  async function publish(kinds) {
    await make(kinds);
    return offer();
  }

  async function answered(sdp) {
    await sending.setRemoteDescription({ type: "answer", sdp });
  }

  async function receive(sdp) {
    receiving ??= new RTCPeerConnection();
    await receiving.setRemoteDescription({ type: "offer", sdp });
    for (const { receiver } of receiving.getTransceivers()) play(receiver.track);
    await receiving.setLocalDescription(await receiving.createAnswer());
    return receiving.localDescription.sdp;
  }

  // Sound is decoded only where somebody listens.
  function play(track) {
    if (players.has(track)) return;
    const player = document.createElement(track.kind);
    Object.assign(player, { autoplay: true, srcObject: new MediaStream([track]) });
    document.body.append(player);
    players.set(track, player);
  }

  function media() {
    return receiving ? receiving.getTransceivers().map((one) => one.mid) : [];
  }

  async function figures(mid) {
    const transceiver = receiving?.getTransceivers().find((one) => one.mid === mid);
    if (!transceiver) return {};
    const stats = await transceiver.receiver.getStats();
    const found = [...stats.values()].find((one) => one.type === "inbound-rtp");
    return found ? { ...found } : {};
  }

  async function received() {
    if (!receiving) return 0;
    const stats = [...(await receiving.getStats()).values()];
    return stats.find((one) => one.type === "transport")?.bytesReceived ?? 0;
  }

  function drop(ours) {
    (ours ? sending : receiving)?.close();
    if (ours) sending = undefined;
    else receiving = undefined;
    if (ours) own.clear();
  }

  return { make, offer, publish, answered, receive, media, figures, received, drop };
})();
