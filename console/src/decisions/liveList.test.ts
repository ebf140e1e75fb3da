import { describe, expect, it } from 'vitest';
import type { DecisionBatch, DecisionSummary } from '../api/types';
import { emptyList, type LiveList, liveList, mostEntries, rate, shown } from './liveList';

function entry(reference: string, at = '2026-11-22T12:00:00Z'): DecisionSummary {
  return {
    reference, at, effect: 'allow', observed: false, basis: 'allowed', reason: '', route: 'api', host: 'api', method: 'GET', path: '/', action: 'api:GET',
    person: null, sessionKind: null, device: null, address: '',
  };
}

function batch(references: string[], seen = references.length): DecisionBatch {
  return { at: '2026-11-22T12:00:00Z', seen, decisions: references.map((reference) => entry(reference)) };
}

const references = (list: LiveList) => shown(list).map((one) => one.reference);
const receive = (list: LiveList, ...batches: DecisionBatch[]) => liveList(list, { kind: 'batches', batches, now: 1000 });

describe('the live list', () => {
  it('puts the newest first, across all batches of a frame', () => {
    const list = receive(receive(emptyList, batch(['a', 'b'])), batch(['c']), batch(['d', 'e']));
    expect(references(list)).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('is bounded', () => {
    const many = Array.from({ length: mostEntries }, (_, index) => `n${index}`);
    const list = receive(receive(emptyList, batch(['old'])), batch(many));
    expect(list.entries).toHaveLength(mostEntries);
    expect(references(list)).not.toContain('old');
  });

  it('holds what is on the screen while paused and counts what came', () => {
    const paused = liveList(receive(emptyList, batch(['a'])), { kind: 'pause' });
    const later = receive(paused, batch(['b', 'c']));
    expect(references(later)).toEqual(['a']);
    expect(later.waiting).toBe(2);
    const resumed = liveList(later, { kind: 'resume' });
    expect(references(resumed)).toEqual(['c', 'b', 'a']);
    expect(resumed.waiting).toBe(0);
  });

  it('pauses when somebody moves, and stops at both ends', () => {
    let list = receive(emptyList, batch(['a', 'b', 'c']));
    list = liveList(list, { kind: 'move', by: 1 });
    expect(list.selected).toBe('c');
    expect(list.held).not.toBeNull();
    list = liveList(liveList(list, { kind: 'move', by: 1 }), { kind: 'move', by: 99 });
    expect(list.selected).toBe('a');
    list = liveList(list, { kind: 'move', by: -99 });
    expect(list.selected).toBe('c');
  });

  it('selects nothing in an empty list', () => {
    expect(liveList(emptyList, { kind: 'move', by: 1 })).toBe(emptyList);
  });

  it('merges recent decisions with those that the stream brought, each once', () => {
    const list = receive(emptyList, { ...batch([]), decisions: [entry('new', '2026-11-22T12:00:02Z')], seen: 1 });
    const started = liveList(list, { kind: 'start', entries: [entry('new', '2026-11-22T12:00:02Z'), entry('old', '2026-11-22T12:00:01Z')] });
    expect(references(started)).toEqual(['new', 'old']);
  });

  it('shows once what the stream brings after the recent decisions had it', () => {
    const started = liveList(emptyList, { kind: 'start', entries: [entry('b'), entry('a')] });
    expect(references(receive(started, batch(['b', 'c'])))).toEqual(['c', 'b', 'a']);
  });

  it('says how many of the decisions are listed', () => {
    const all = receive(emptyList, batch(['a', 'b']));
    expect(rate(all, 1000)).toEqual({ perSecond: 2, oneIn: 1 });
    const sampled = receive(emptyList, batch(['a', 'b'], 8));
    expect(rate(sampled, 1000)).toEqual({ perSecond: 8, oneIn: 4 });
    expect(rate(sampled, 60_000)).toEqual({ perSecond: 0, oneIn: 1 });
  });
});
