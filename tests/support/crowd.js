// Many people on one page, on the SDK that the relay serves: each sends a small drawn picture.
globalThis.crowd = (() => {
  const people = new Map();
  const frozen = new Set();

  // Somebody who moves: cheap to draw and to encode, and pleasant to look at.
  function figure(index, { width, height, rate }) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d");
    const hue = (index * 67 + 190) % 360;
    let step = index;
    const draw = () => {
      step += 1;
      const lean = (Math.sin(step / 9) * width) / 60;
      const wall = pen.createLinearGradient(0, 0, width, height);
      wall.addColorStop(0, `hsl(${hue} 35% 72%)`);
      wall.addColorStop(1, `hsl(${hue} 40% 42%)`);
      pen.fillStyle = wall;
      pen.fillRect(0, 0, width, height);
      pen.fillStyle = `hsl(${(hue + 150) % 360} 40% 35%)`;
      pen.beginPath();
      pen.ellipse(width / 2 + lean, height * 1.08, height * 0.42, height * 0.42, 0, 0, 7);
      pen.fill();
      pen.fillStyle = `hsl(${20 + (index % 4) * 6} 45% ${45 + (index % 5) * 8}%)`;
      pen.beginPath();
      pen.ellipse(width / 2 + lean * 2, height * 0.44, height * 0.17, height * 0.22, 0, 0, 7);
      pen.fill();
      pen.fillStyle = `hsl(${(index * 31) % 60} 40% ${15 + (index % 3) * 12}%)`;
      pen.beginPath();
      pen.ellipse(width / 2 + lean * 2, height * 0.33, height * 0.19, height * 0.14, 0, 3.1, 6.4);
      pen.fill();
    };
    draw();
    const [track] = canvas.captureStream(rate).getVideoTracks();
    setInterval(() => frozen.has(track) || draw(), 1000 / rate);
    return track;
  }

  // A window full of lines, for those who share a screen.
  function sheet(rate) {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 800 });
    const pen = canvas.getContext("2d");
    let step = 0;
    const draw = () => {
      step += 1;
      pen.fillStyle = "#f7f9fa";
      pen.fillRect(0, 0, 1280, 800);
      pen.fillStyle = "#123c45";
      pen.fillRect(0, 0, 1280, 64);
      pen.font = "600 30px sans-serif";
      pen.fillStyle = "#fff";
      pen.fillText("Quarterly figures", 40, 43);
      for (let row = 0; row < 12; row += 1) {
        pen.fillStyle = row % 2 ? "#dfe8ea" : "#c9d8dc";
        pen.fillRect(60, 110 + row * 54, 300 + ((row * 197 + step) % 840), 34);
      }
    };
    draw();
    setInterval(draw, 1000 / rate);
    return canvas.captureStream(rate);
  }

  function tone() {
    const audio = new AudioContext();
    const loudness = new GainNode(audio, { gain: 0 });
    const sound = audio.createMediaStreamDestination();
    const oscillator = new OscillatorNode(audio, { frequency: 300 });
    oscillator.connect(loudness).connect(sound);
    oscillator.start();
    return { track: sound.stream.getAudioTracks()[0], loudness };
  }

  async function enter(url, room, name, options = {}) {
    const { Room } = await import(`${url}/sdk/trunkline-room.js`);
    const { picture = true, sound = false } = options;
    const size = { width: 320, height: 180, rate: 4, ...options };
    const entered = await Room.connect(url, { room, name, subscribe: () => null });
    const person = { room: entered, loudness: undefined };
    people.set(name, person);
    const stream = new MediaStream();
    if (picture) {
      const track = figure(people.size, size);
      person.camera = await entered.publish(track, { source: "camera", stream });
    }
    if (sound) {
      const { track, loudness } = tone();
      person.loudness = loudness;
      person.microphone = await entered.publish(track, { source: "microphone", stream });
    }
    return entered.you.id;
  }

  return {
    enter,
    figure,
    room: (name) => people.get(name).room,
    leave: (name) => people.get(name).room.leave(),
    speak: (name, loud) => {
      people.get(name).loudness.gain.value = loud ? 0.5 : 0;
    },
    mute: (name, muted) => {
      const { room, microphone } = people.get(name);
      room.setMuted(microphone, muted);
    },
    hide: (name, hidden) => {
      const { room, camera } = people.get(name);
      room.setMuted(camera, hidden);
    },
    freeze: (name, still) => {
      const { track } = people.get(name).camera;
      if (still) frozen.add(track);
      else frozen.delete(track);
    },
    share: async (name) => {
      await people.get(name).room.publishStream(sheet(3), { source: "screen" });
    },
  };
})();
