const shapes = {
  sound: "M4 9.5v5h3.5L12 18V6L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  muted: "M4 9.5v5h3.5L12 18V6L7.5 9.5zM16 9.5l5 5m0-5-5 5",
  fullscreen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  leaveFullscreen: "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
  pictureInPicture: "M4 5h16v14H4zM12.5 12.5H17V16h-4.5z",
  statistics: "M5 19v-5m4.7 5V9m4.6 10v-7m4.7 7V5",
  another: "M20 11a8 8 0 1 0-.6 4M20 4v7h-7",
  microphone:
    "M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4zM6 11a6 6 0 0 0 12 0M12 17v3.5M8.5 20.5h7",
  microphoneOff:
    "M9.5 9.5v2a2.5 2.5 0 0 0 4 2M14.5 10.5v-4a2.5 2.5 0 0 0-4.7-1.2M6 11a6 6 0 0 0 9.6 4.8M18 11a6 6 0 0 1-.5 2.4M12 17v3.5M8.5 20.5h7M4 4l16 16",
  camera: "M3.5 7h11v10h-11zM14.5 10.5l6-3.5v10l-6-3.5",
  cameraOff: "M9 7h5.5v5.5M14.5 10.5l6-3.5v10l-4-2.3M14.5 15v2h-11V7H6M4 4l16 16",
  screen: "M3.5 5h17v11h-17zM9 20h6M12 16v4M12 13V8.5m-2.3 2L12 8.2l2.3 2.3",
  hand: "M7.5 12.5V7a1.3 1.3 0 0 1 2.6 0v4-6a1.3 1.3 0 0 1 2.6 0v6-5a1.3 1.3 0 0 1 2.6 0v6-3.5a1.3 1.3 0 0 1 2.6 0V14c0 4-2.4 6.5-5.9 6.5-3 0-4.3-1.3-5.8-4l-1.9-3.4a1.3 1.3 0 0 1 2.2-1.3z",
  chat: "M4 5h16v11h-8l-4.5 4v-4H4zM8 9h8M8 12h5",
  people:
    "M9 11.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3.5 19a5.5 5.5 0 0 1 11 0M15.5 5.8a3 3 0 0 1 0 5.4M17 14.2a5.5 5.5 0 0 1 3.5 4.8",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  leave: "M3.5 14.5c0-6 17-6 17 0l-.4 2.2-4.3-.8v-2.6a12 12 0 0 0-7.6 0v2.6l-4.3.8z",
  pin: "M9 4h6l-.7 6 3.2 3.5h-11L9.7 10zM12 13.5V20",
  devices:
    "M4 8h9M17 8h3M4 16h3M11 16h9M15 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM9 18.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  keyboard: "M3 6.5h18v11H3zM7 10.5h.01M10.3 10.5h.01M13.7 10.5h.01M17 10.5h.01M8 14h8",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1.2 1.2M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1.2-1.2",
  close: "M6 6l12 12M18 6L6 18",
  previous: "M14.5 6l-6 6 6 6",
  next: "M9.5 6l6 6-6 6",
  send: "M4 12l16-8-5 16-3.5-6.5z",
  stopped: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v5M12 16h.01",
  watch: "M8 5.5v13l11-6.5z",
} as const;

/** The name of a drawing. */
export type IconName = keyof typeof shapes;

/** A line drawing beside or instead of words; the words are elsewhere. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}

/** A line drawing that says something by itself. */
export function Sign({ name, says }: { name: IconName; says: string }) {
  return (
    <span class="sign" role="img" aria-label={says} title={says}>
      <Icon name={name} />
    </span>
  );
}
