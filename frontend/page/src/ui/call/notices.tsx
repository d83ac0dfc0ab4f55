import type { Notices } from "../../store/call/notices.ts";

/** What is told in passing. */
export function NoticeList({ notices }: { notices: Notices }) {
  return (
    <div class="notices" role="status">
      {notices.list.value.map(({ id, text, isTrouble }) => (
        <p key={id} data-trouble={isTrouble}>
          {text}
        </p>
      ))}
    </div>
  );
}
