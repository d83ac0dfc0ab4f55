/** Milliseconds between two looks. */
const LOOK_EVERY = 80;
/** dB below the loudest there is, from which on something is seen. */
const QUIETEST = 60;

/**
 * Tell how loud a track is, from 0 to 1, until what comes back is called.
 *
 * Browsers measure nothing before somebody touched the page.
 */
export function followLevel(track: MediaStreamTrack, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(levelOf(samples));
  }, LOOK_EVERY);
  const resume = () => void context.resume();
  const kinds = ["pointerdown", "keydown"];
  for (const kind of kinds) window.addEventListener(kind, resume);
  return () => {
    clearInterval(timer);
    for (const kind of kinds) window.removeEventListener(kind, resume);
    void context.close();
  };
}

/** How loud samples are to an ear, from 0 to 1. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(power + 1e-12);
  return Math.min(1, Math.max(0, 1 + decibels / QUIETEST));
}
