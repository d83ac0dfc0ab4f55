// A WHIP publisher and a WHEP viewer that know nothing of the product's own code.
window.client = (() => {
  const state = {};

  // A picture in which every part changes all the time, or one of a single colour; and a tone.
  function testMedia(width, height, rate, colour) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    document.body.append(canvas);
    const draw = canvas.getContext("2d");
    let step = 0;
    setInterval(() => {
      step += 1;
      for (let column = 0; column < 8; column += 1) {
        draw.fillStyle = `hsl(${(column * 45 + step * 6) % 360} 80% 50%)`;
        draw.fillRect((column * width) / 8, 0, width / 8, height);
      }
      if (colour) {
        draw.fillStyle = colour;
        draw.fillRect(0, 0, width, height);
        return;
      }
      draw.fillStyle = "#fff";
      draw.fillRect((step * 5) % width, height / 3, width / 8, height / 3);
    }, 1000 / rate);
    const audio = new AudioContext();
    const tone = new OscillatorNode(audio, { frequency: 440 });
    const level = new GainNode(audio, { gain: 0.4 });
    const sound = audio.createMediaStreamDestination();
    tone.connect(level).connect(sound);
    tone.start();
    return [...canvas.captureStream(rate).getTracks(), ...sound.stream.getTracks()];
  }

  function prefer(transceiver, codec) {
    const { codecs } = RTCRtpReceiver.getCapabilities("video");
    const named = codecs.filter((c) => c.mimeType.toUpperCase() === `VIDEO/${codec}`);
    if (named.length === 0) throw new Error(`this browser has no ${codec}`);
    const rtx = codecs.filter((c) => /rtx/i.test(c.mimeType));
    transceiver.setCodecPreferences([...named, ...rtx]);
  }

  async function negotiate(url) {
    await state.connection.setLocalDescription();
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/sdp" },
      body: state.connection.localDescription.sdp,
    });
    const body = await response.text();
    if (response.status !== 201) return { status: response.status, body };
    state.session = new URL(response.headers.get("location"), response.url).href;
    await state.connection.setRemoteDescription({ type: "answer", sdp: body });
    return { status: 201, body };
  }

  async function publish(
    url,
    { codec, width = 320, height = 240, rate = 20, audio = true, colour },
  ) {
    state.connection = new RTCPeerConnection();
    const stream = new MediaStream();
    for (const track of testMedia(width, height, rate, colour)) {
      if (track.kind === "audio" && !audio) continue;
      const options = { direction: "sendonly", streams: [stream] };
      const transceiver = state.connection.addTransceiver(track, options);
      if (track.kind === "video" && codec) prefer(transceiver, codec);
    }
    return negotiate(url);
  }

  async function watch(url, { codec } = {}) {
    state.connection = new RTCPeerConnection();
    const video = document.createElement("video");
    Object.assign(video, { autoplay: true, playsInline: true });
    document.body.append(video);
    state.video = video;
    const stream = new MediaStream();
    video.srcObject = stream;
    state.connection.ontrack = ({ track }) => stream.addTrack(track);
    const transceiver = state.connection.addTransceiver("video", { direction: "recvonly" });
    if (codec) prefer(transceiver, codec);
    state.connection.addTransceiver("audio", { direction: "recvonly" });
    return negotiate(url);
  }

  const gathered = (connection) =>
    new Promise((resolve) => {
      const look = () => connection.iceGatheringState === "complete" && resolve();
      connection.onicegatheringstatechange = look;
      look();
    });

  // RFC 9725 section 4.3.3: the new credentials and candidates go, those of the relay come.
  async function restart() {
    const { connection } = state;
    const answer = connection.currentRemoteDescription.sdp;
    connection.restartIce();
    await connection.setLocalDescription();
    await gathered(connection);
    const lines = connection.localDescription.sdp.split("\r\n");
    const wanted = /^(m=|a=(mid|ice-ufrag|ice-pwd|ice-options|candidate|end-of-candidates))/;
    const second = lines.findIndex((line, at) => line.startsWith("m=") && at > lines.findIndex((l) => l.startsWith("m=")));
    const body = lines.slice(0, second > 0 ? second : undefined).filter((line) => wanted.test(line));
    const response = await fetch(state.session, {
      method: "PATCH",
      headers: { "content-type": "application/trickle-ice-sdpfrag", "if-match": "*" },
      body: body.map((line) => `${line}\r\n`).join(""),
    });
    const fragment = await response.text();
    if (response.status !== 200) return { status: response.status, body: fragment };
    const renewed = (sdp, name) =>
      sdp.replace(new RegExp(`a=${name}:.*`, "g"), fragment.match(new RegExp(`a=${name}:.*`))[0]);
    const sdp = renewed(renewed(answer, "ice-ufrag"), "ice-pwd");
    await connection.setRemoteDescription({ type: "answer", sdp });
    return { status: 200, body: fragment };
  }

  // The user name fragment of the ICE session in use, how many pairs were selected till now, and
  // which is.
  async function ice() {
    const report = await state.connection.getStats();
    for (const entry of report.values()) {
      if (entry.type !== "transport") continue;
      const pair = report.get(entry.selectedCandidatePairId);
      return {
        ufrag: entry.iceLocalUsernameFragment,
        changes: entry.selectedCandidatePairChanges,
        state: entry.iceState,
        protocol: report.get(pair?.localCandidateId)?.protocol,
        remote: report.get(pair?.remoteCandidateId)?.address,
      };
    }
    return {};
  }

  // What counts, flat: of the video that comes in or goes out, and of the sound.
  async function figures() {
    const found = { connection: state.connection.connectionState, audio: {}, video: {} };
    const report = await state.connection.getStats();
    for (const entry of report.values()) {
      if (entry.type !== "inbound-rtp" && entry.type !== "outbound-rtp") continue;
      const codec = report.get(entry.codecId)?.mimeType.replace(/^.*\//, "");
      found[entry.kind] = { ...entry, codec };
    }
    return found;
  }

  // The picture as few numbers, to be compared with a later one.
  function picture(video = state.video ?? document.querySelector("video")) {
    const canvas = new OffscreenCanvas(16, 12);
    const draw = canvas.getContext("2d", { willReadFrequently: true });
    if (video.videoWidth === 0) return [];
    draw.drawImage(video, 0, 0, 16, 12);
    return [...draw.getImageData(0, 0, 16, 12).data].filter((_, index) => index % 4 !== 3);
  }

  async function leave() {
    const { status } = await fetch(state.session, { method: "DELETE" });
    state.connection.close();
    return status;
  }

  return { publish, watch, restart, ice, figures, picture, leave };
})();
