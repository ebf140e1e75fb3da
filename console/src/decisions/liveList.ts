import type { DecisionBatch, DecisionSummary } from '../api/types';

/** The state of the live list. Pure; what comes in is applied once per animation frame, however many batches that were. */
export interface LiveList {
  /** Newest first, bounded. */
  entries: DecisionSummary[];
  /** What is on the screen while paused; null while live. */
  held: DecisionSummary[] | null;
  /** Decisions that came while paused. */
  waiting: number;
  /** Counts of the last seconds: matched, and of them sent. */
  recent: { at: number; seen: number; sent: number }[];
  /** The selected entry. */
  selected: string | null;
}

export const mostEntries = 500;
const rateWindow = 5_000;

export const emptyList: LiveList = { entries: [], held: null, waiting: 0, recent: [], selected: null };

export type LiveAction =
  | { kind: 'start'; entries: DecisionSummary[] }
  | { kind: 'batches'; batches: DecisionBatch[]; now: number }
  | { kind: 'pause' }
  | { kind: 'resume' }
  | { kind: 'select'; reference: string | null }
  | { kind: 'move'; by: number };

export function shown(list: LiveList): DecisionSummary[] {
  return list.held ?? list.entries;
}

export function liveList(list: LiveList, action: LiveAction): LiveList {
  switch (action.kind) {
    case 'start':
      return { ...list, entries: merged(action.entries, list.entries), recent: [] };
    case 'batches':
      return received(list, action.batches, action.now);
    case 'pause':
      return list.held ? list : { ...list, held: list.entries, waiting: 0 };
    case 'resume':
      return { ...list, held: null, waiting: 0 };
    case 'select':
      return { ...list, selected: action.reference };
    case 'move':
      return moved(list, action.by);
  }
}

function received(list: LiveList, batches: DecisionBatch[], now: number): LiveList {
  let sent = 0;
  let seen = 0;
  // The list of recent decisions and the stream overlap: each decision stands there once.
  const known = new Set(list.entries.map((entry) => entry.reference));
  const fresh: DecisionSummary[] = [];
  for (const batch of batches) {
    seen += batch.seen;
    sent += batch.decisions.length;
    for (const entry of batch.decisions) if (!known.has(entry.reference)) fresh.push(entry);
  }
  fresh.reverse();
  const recent = [...list.recent.filter((one) => now - one.at < rateWindow), { at: now, seen, sent }];
  if (fresh.length === 0) return { ...list, recent };
  const entries = [...fresh, ...list.entries];
  if (entries.length > mostEntries) entries.length = mostEntries;
  return { ...list, entries, recent, waiting: list.held ? list.waiting + fresh.length : 0 };
}

/** Recent decisions that the stream did not bring, before those that it did; each once. */
function merged(recent: DecisionSummary[], present: DecisionSummary[]): DecisionSummary[] {
  const known = new Set(present.map((entry) => entry.reference));
  const all = [...present, ...recent.filter((entry) => !known.has(entry.reference))];
  all.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  return all.slice(0, mostEntries);
}

/** Moving selects and pauses, so that what is read stays where it is. */
function moved(list: LiveList, by: number): LiveList {
  const held = shown(list);
  if (held.length === 0) return list;
  const at = held.findIndex((entry) => entry.reference === list.selected);
  const next = at < 0 ? 0 : Math.min(held.length - 1, Math.max(0, at + by));
  return { ...list, held, waiting: list.held ? list.waiting : 0, selected: held[next]!.reference };
}

/** What is said of the rate: decisions a second, and how many of them are shown. */
export function rate(list: LiveList, now: number): { perSecond: number; oneIn: number } {
  const window = list.recent.filter((one) => now - one.at < rateWindow);
  const oldest = window[0];
  if (!oldest) return { perSecond: 0, oneIn: 1 };
  const seen = window.reduce((sum, one) => sum + one.seen, 0);
  const sent = window.reduce((sum, one) => sum + one.sent, 0);
  const seconds = Math.max(1, (now - oldest.at) / 1000);
  return { perSecond: Math.round(seen / seconds), oneIn: sent > 0 ? Math.max(1, Math.round(seen / sent)) : 1 };
}
