// A page on the SDK that the relay serves: somebody who sends and shows all there is.
globalThis.person = (() => {
  const connections = [];
  const log = [];
  const players = new Map();
  let room;

  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super(configuration);
      connections.push(this);
    }
  };

  // A picture in which all changes all the time, and a tone.
  function media() {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
    const pen = canvas.getContext("2d");
    let step = 0;
    setInterval(() => {
      step += 1;
      pen.fillStyle = `hsl(${(step * 7) % 360} 80% 50%)`;
      pen.fillRect(0, 0, 320, 240);
    }, 50);
    const audio = new AudioContext();
    const tone = new OscillatorNode(audio, { frequency: 440 });
    const sound = audio.createMediaStreamDestination();
    tone.connect(sound);
    tone.start();
    const tracks = [...canvas.captureStream(20).getTracks(), ...sound.stream.getTracks()];
    return new MediaStream(tracks);
  }

  function play({ media: track, stream }) {
    log.push(`+${track.kind}`);
    const player = players.get(stream) ?? document.createElement("video");
    Object.assign(player, { autoplay: true, srcObject: stream });
    players.set(stream, player);
    document.body.append(player);
  }

  function stop({ media: track, stream }) {
    log.push(`-${track.kind}`);
    if (stream.getTracks().length > 0) return;
    players.get(stream)?.remove();
    players.delete(stream);
  }

  async function enter(name, publish) {
    const { Room } = await import("/sdk/trunkline-room.js");
    room = await Room.connect("/", { room: "studio", name });
    room.on("state", ({ phase }) => log.push(phase));
    room.on("error", ({ code, reason }) => log.push(`error ${code}: ${reason}`));
    room.on("chat", ({ name: who, text }) => log.push(`${who}: ${text}`));
    room.on("subscribed", play);
    room.on("unsubscribed", stop);
    if (publish) await send();
    return room.you.id;
  }

  async function send({ source, simulcast } = {}) {
    const { SIMULCAST } = await import("/sdk/trunkline-room.js");
    const encodings = simulcast ? { simulcast: SIMULCAST } : {};
    await room.publishStream(media(), { ...(source ? { source } : {}), ...encodings });
  }

  function withdraw() {
    for (const one of [...room.publications.values()]) room.unpublish(one);
  }

  // Frames and sound energy that came out of the decoders, by the name of who sends them.
  async function plays() {
    const received = new Map();
    for (const connection of connections) {
      for (const entry of (await connection.getStats()).values()) {
        if (entry.type === "inbound-rtp") received.set(entry.trackIdentifier, entry);
      }
    }
    const names = new Map([...room.participants.values()].map(({ id, name }) => [id, name]));
    const found = {};
    for (const { track, media } of room.subscriptions.values()) {
      const name = names.get(track.participantId) ?? "nobody";
      const { framesDecoded = 0, totalAudioEnergy = 0 } = received.get(media.id) ?? {};
      found[name] ??= {};
      found[name][track.kind] = track.kind === "video" ? framesDecoded : totalAudioEnergy;
    }
    return found;
  }

  return { enter, send, withdraw, plays, log, room: () => room, statistics: () => room.statistics() };
})();
