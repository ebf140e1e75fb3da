import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, get } from './client';

export interface Resource<T> {
  value: T | null;
  error: ApiError | null;
  /** True while there is nothing to show yet. */
  loading: boolean;
  reload: () => void;
}

/** Reads a resource of the API and keeps it fresh: again every `seconds`, when the tab is seen. What was read stays while it is read anew. */
export function useResource<T>(path: string, seconds = 0): Resource<T> {
  const [state, setState] = useState<{ path: string; value: T | null; error: ApiError | null }>({ path, value: null, error: null });
  const [asked, setAsked] = useState(0);
  const shown = useRef(path);
  shown.current = path;

  useEffect(() => {
    const abort = new AbortController();
    get<T>(path, abort.signal).then(
      (value) => setState({ path, value, error: null }),
      (fault: unknown) => {
        if (abort.signal.aborted) return;
        const error = fault instanceof ApiError ? fault : new ApiError(0, 'The answer is not readable', String(fault));
        setState((before) => ({ path, value: before.path === path ? before.value : null, error }));
      },
    );
    return () => abort.abort();
  }, [path, asked]);

  const reload = useCallback(() => setAsked((count) => count + 1), []);

  useEffect(() => {
    if (seconds <= 0) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds, reload]);

  const current = state.path === path;
  return { value: current ? state.value : null, error: current ? state.error : null, loading: !current || (state.value === null && state.error === null), reload };
}
