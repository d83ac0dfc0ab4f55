import { useEffect, useState } from "preact/hooks";

const query = matchMedia("(max-width: 40rem)");

/** Whether the page is as narrow as on a phone held upright. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const follow = () => setNarrow(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return narrow;
}
