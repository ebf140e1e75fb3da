import { useEffect } from 'react';

/** Names what is open, in the tab and in the history; the place's own name when it is left. */
export function useTitle(name: string | null | undefined) {
  useEffect(() => {
    if (!name) return;
    const before = document.title;
    document.title = `${name} · ${before}`;
    return () => {
      document.title = before;
    };
  }, [name]);
}
