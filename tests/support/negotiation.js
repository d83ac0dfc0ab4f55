// A connection whose SDP a test carries by hand: it offers what it sends, or answers what it gets.
window.negotiation = (() => {
  const connection = new RTCPeerConnection();
  const shown = new Map();
  const events = [];
  const channels = [];

  // A picture of one colour, in which something moves.
  function picture(colour) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: 160, height: 120 });
    document.body.append(canvas);
    const draw = canvas.getContext("2d");
    let step = 0;
    setInterval(() => {
      step += 1;
      draw.fillStyle = colour;
      draw.fillRect(0, 0, 160, 120);
      draw.fillStyle = "#888";
      draw.fillRect((step * 5) % 160, 50, 20, 20);
    }, 50);
    const stream = canvas.captureStream(20);
    return [stream.getVideoTracks()[0], stream];
  }

  connection.addEventListener("track", ({ track, streams, transceiver }) => {
    const streamIds = streams.map((stream) => stream.id);
    events.push({ mid: transceiver.mid, track: track.id, streams: streamIds });
    if (track.kind !== "video") return;
    const element = document.createElement("video");
    Object.assign(element, { muted: true, autoplay: true, srcObject: new MediaStream([track]) });
    document.body.append(element);
    shown.set(transceiver.mid, element);
  });

  connection.addEventListener("datachannel", ({ channel }) => channels.push(channel.label));

  async function offer() {
    await connection.setLocalDescription();
    return connection.localDescription.sdp;
  }

  return {
    events: () => events,
    channels: () => channels,

    // Offers one picture more.
    publish(colour) {
      connection.addTrack(...picture(colour));
      return offer();
    },

    // Offers without the picture that was added at this place, for now.
    pause(index) {
      connection.getTransceivers()[index].direction = "inactive";
      return offer();
    },

    // The same for good.
    stop(index) {
      connection.getTransceivers()[index].stop();
      return offer();
    },

    accept: (sdp) => connection.setRemoteDescription({ type: "answer", sdp }),

    async answer(sdp, turnedDown) {
      await connection.setRemoteDescription({ type: "offer", sdp });
      for (const transceiver of connection.getTransceivers()) {
        if (transceiver.mid === turnedDown) transceiver.stop();
      }
      await connection.setLocalDescription();
      return connection.localDescription.sdp;
    },

    // The mean colour of what is shown of a medium; null while nothing is.
    colour(mid) {
      const element = shown.get(mid);
      if (!element?.videoWidth) return null;
      const canvas = new OffscreenCanvas(8, 8);
      const draw = canvas.getContext("2d");
      draw.drawImage(element, 0, 0, 8, 8);
      const { data } = draw.getImageData(0, 0, 8, 8);
      const mean = [0, 0, 0];
      for (let place = 0; place < data.length; place += 4) {
        for (let part = 0; part < 3; part += 1) mean[part] += data[place + part] / 64;
      }
      return mean;
    },

    // The user name fragment with which the remote is reached now.
    async fragment() {
      const stats = [...(await connection.getStats()).values()];
      const transport = stats.find((one) => one.type === "transport");
      const pair = stats.find((one) => one.id === transport?.selectedCandidatePairId);
      const remote = stats.find((one) => one.id === pair?.remoteCandidateId);
      return remote?.usernameFragment ?? null;
    },

    async figures(mid) {
      for (const stats of (await connection.getStats()).values()) {
        if (stats.type === "inbound-rtp" && stats.mid === mid) {
          const { framesDecoded = 0, packetsReceived, packetsLost, freezeCount } = stats;
          return { framesDecoded, packetsReceived, packetsLost, freezeCount };
        }
      }
      return { framesDecoded: 0 };
    },
  };
})();
