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
    return picture(320, 240);
  }

  // A picture that changes all the time; with `detail` it is large when it is encoded well.
  function picture(width, height, detail = 0) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d");
    let step = 0;
    setInterval(() => {
      step += 1;
      pen.fillStyle = `hsl(${(step * 7) % 360} 80% 50%)`;
      pen.fillRect(0, 0, width, height);
      for (let each = 0; each < detail; each += 1) {
        pen.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
        pen.fillRect(Math.random() * width, Math.random() * height, 24, 24);
      }
    }, 40);
    return canvas.captureStream(25).getVideoTracks()[0];
  }

  // Sends one picture in three sizes.
  async function publishLayers(width, height) {
    sending ??= new RTCPeerConnection();
    const track = picture(width, height, 40);
    const stream = new MediaStream([track]);
    const sendEncodings = [4, 2, 1].map((scaleResolutionDownBy, layer) => ({
      rid: "qhf"[layer],
      scaleResolutionDownBy,
    }));
    const { sender } = sending.addTransceiver(track, {
      direction: "sendonly",
      streams: [stream],
      sendEncodings,
    });
    own.set(sender, { kind: "video", id: track.id, stream: stream.id });
    return offer();
  }

  // What is sent: of each encoding, and the estimate of what could be.
  async function sent() {
    const stats = [...(await sending.getStats()).values()];
    const encodings = stats.filter((one) => one.type === "outbound-rtp" && one.rid);
    const pair = stats.find((one) => one.type === "candidate-pair" && one.nominated);
    return { encodings, estimate: pair?.availableOutgoingBitrate ?? 0 };
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

  // Bytes of RTP payload by the media that anything came on.
  async function received() {
    const stats = [...(await receiving.getStats()).values()];
    const came = stats.filter((one) => one.type === "inbound-rtp" && one.bytesReceived > 0);
    return Object.fromEntries(came.map((one) => [one.mid, one.bytesReceived]));
  }

  function drop(ours) {
    (ours ? sending : receiving)?.close();
    if (ours) sending = undefined;
    else receiving = undefined;
    if (ours) own.clear();
  }

  return {
    make,
    offer,
    publish,
    publishLayers,
    answered,
    receive,
    media,
    figures,
    received,
    sent,
    drop,
  };
})();
