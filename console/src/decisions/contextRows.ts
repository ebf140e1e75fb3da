import type { DecisionContextValue } from '../api/types';

/** A condition key as it stood for a decision. */
export interface ContextRow {
  key: string;
  state: 'present' | 'absent' | 'unknown' | 'withheld';
  values: string[];
}

/** Unknown keys first, because they deny; then by key. A key that is named as missing is unknown, whatever else is said of it. Pure. */
export function contextRows(context: DecisionContextValue[], missing: string[]): ContextRow[] {
  const named = new Set(missing.map((key) => key.toLowerCase()));
  const rest = context.filter((one) => !named.has(one.key.toLowerCase()));
  const unknown = [...missing, ...rest.filter((one) => one.state === 'unknown').map((one) => one.key)];
  const known = rest.filter((one) => one.state !== 'unknown');
  return [
    ...unknown.map((key): ContextRow => ({ key, state: 'unknown', values: [] })).sort(byKey),
    ...known.map((one): ContextRow => ({ key: one.key, state: one.state as ContextRow['state'], values: one.values })).sort(byKey),
  ];
}

function byKey(a: ContextRow, b: ContextRow): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
