import type { DecisionContextValue } from '../api/types';

/** A condition key as it stood for a decision. */
export interface ContextRow {
  key: string;
  state: 'known' | 'absent' | 'unknown';
  values: string[];
}

/** Unknown keys first, because they deny; then by key. A key that is named as missing is unknown, whatever else is said of it. Pure. */
export function contextRows(context: DecisionContextValue[], missing: string[]): ContextRow[] {
  const unknown = new Set(missing.map((key) => key.toLowerCase()));
  const known = context.filter((one) => !unknown.has(one.key.toLowerCase()));
  return [
    ...missing.map((key): ContextRow => ({ key, state: 'unknown', values: [] })).sort(byKey),
    ...known.map((one): ContextRow => ({ key: one.key, state: one.values.length === 0 ? 'absent' : 'known', values: one.values })).sort(byKey),
  ];
}

function byKey(a: ContextRow, b: ContextRow): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
