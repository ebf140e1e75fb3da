import { useEffect, useRef, useState } from 'react';
import { ApiError, call } from '../api/client';
import { backoff, EventReader } from '../api/events';
import type { DecisionBatch } from '../api/types';
import { PerFrame } from './frames';

export type StreamState = { kind: 'connecting' } | { kind: 'open' } | { kind: 'waiting'; attempt: number; why: string } | { kind: 'refused'; error: ApiError };

/** A stream that says nothing for this long is dead: the server sends a sign of life more often. */
const silence = 20_000;

/** Batches kept for a tab that is not seen. */
const mostPending = 100;

/**
 * Follows the decisions of a query. Batches are handed over once per animation frame, all of them together, so that a
 * fast stream costs at most one rendering a frame.
 */
export function useStream(query: string, onOpen: () => void, onBatches: (batches: DecisionBatch[]) => void): StreamState {
  const [state, setState] = useState<StreamState>({ kind: 'connecting' });
  const handlers = useRef({ onOpen, onBatches });
  handlers.current = { onOpen, onBatches };

  useEffect(() => {
    const abort = new AbortController();
    const frames = new PerFrame<DecisionBatch>(mostPending, (batches) => handlers.current.onBatches(batches));

    setState({ kind: 'connecting' });
    void follow(query, abort.signal, (batch) => frames.add(batch), (next) => {
      if (next.kind === 'open') handlers.current.onOpen();
      setState(next);
    });
    return () => {
      abort.abort();
      frames.end();
    };
  }, [query]);

  return state;
}

async function follow(query: string, signal: AbortSignal, take: (batch: DecisionBatch) => void, say: (state: StreamState) => void) {
  for (let attempt = 0; !signal.aborted; attempt++) {
    let why = 'The stream ended.';
    try {
      await read(query, signal, take, () => {
        attempt = 0;
        say({ kind: 'open' });
      });
    } catch (fault) {
      if (signal.aborted) return;
      if (fault instanceof ApiError && fault.status >= 400 && fault.status < 500) return say({ kind: 'refused', error: fault });
      why = fault instanceof ApiError ? fault.title : 'The connection was lost.';
    }
    if (signal.aborted) return;
    say({ kind: 'waiting', attempt, why });
    await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
  }
}

async function read(query: string, signal: AbortSignal, take: (batch: DecisionBatch) => void, opened: () => void) {
  const dead = new AbortController();
  let timer = setTimeout(() => dead.abort(), silence);
  try {
    const response = await call(`/decisions/stream${query ? `?${query}` : ''}`, {
      signal: AbortSignal.any([signal, dead.signal]),
      headers: { Accept: 'text/event-stream' },
    });
    opened();
    const reader = new EventReader();
    const text = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await text.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => dead.abort(), silence);
      for (const event of reader.push(value)) if (event.name === 'batch') take(JSON.parse(event.data) as DecisionBatch);
    }
  } finally {
    clearTimeout(timer);
  }
}
