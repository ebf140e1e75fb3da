import { useSyncExternalStore } from 'react';

// Every state of the console is a URL; the browser's history is the only router state.

export interface Place {
  path: string;
  query: URLSearchParams;
}

const listeners = new Set<() => void>();
let current = read();

function read(): Place {
  return { path: window.location.pathname, query: new URLSearchParams(window.location.search) };
}

function changed() {
  current = read();
  for (const listener of listeners) listener();
}

window.addEventListener('popstate', changed);

export function usePlace(): Place {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

let moves = 0;

/** Goes to a place of the console. `replace` refines the present one, without an entry in the history. */
export function go(href: string, how: 'push' | 'replace' = 'push') {
  const target = new URL(href, window.location.href);
  if (target.href === window.location.href) return;
  if (how === 'push') {
    moves++;
    history.pushState({ inside: true }, '', target);
    window.scrollTo(0, 0);
  } else {
    history.replaceState(history.state, '', target);
  }
  changed();
}

/** Back to where the person came from, or to `otherwise` when this page was opened directly. */
export function back(otherwise: string) {
  if (moves > 0 && history.state?.inside) history.back();
  else go(otherwise);
}

/** The same path with some parameters set, or removed where null. */
export function withQuery(place: Place, change: Record<string, string | null>): string {
  const query = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text ? `${place.path}?${text}` : place.path;
}
