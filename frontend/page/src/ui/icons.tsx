const shapes = {
  sound: "M4 9.5v5h3.5L12 18V6L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  muted: "M4 9.5v5h3.5L12 18V6L7.5 9.5zM16 9.5l5 5m0-5-5 5",
  fullscreen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  leaveFullscreen: "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
  pictureInPicture: "M4 5h16v14H4zM12.5 12.5H17V16h-4.5z",
  statistics: "M5 19v-5m4.7 5V9m4.6 10v-7m4.7 7V5",
  another: "M20 11a8 8 0 1 0-.6 4M20 4v7h-7",
  watch: "M8 5.5v13l11-6.5z",
} as const;

/** A line drawing beside or instead of words; the words are elsewhere. */
export function Icon({ name }: { name: keyof typeof shapes }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}
