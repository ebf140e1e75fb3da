import { describe, expect, it } from 'vitest';
import { backoff, EventReader } from './events';

describe('the event reader', () => {
  it('reads events whose text arrives in any pieces', () => {
    const text = 'event: batch\ndata: {"a":1}\n\n: a sign of life\n\nevent: batch\r\ndata: one\r\ndata: two\r\n\r\n';
    for (let size = 1; size < text.length; size++) {
      const reader = new EventReader();
      const events = [];
      for (let at = 0; at < text.length; at += size) events.push(...reader.push(text.slice(at, at + size)));
      expect(events).toEqual([
        { name: 'batch', data: '{"a":1}' },
        { name: 'batch', data: 'one\ntwo' },
      ]);
    }
  });

  it('gives an event without a name the standard one, and none for one without data', () => {
    expect(new EventReader().push('data:x\n\nevent: nothing\n\n')).toEqual([{ name: 'message', data: 'x' }]);
  });

  it('waits longer after each failure, to a bound', () => {
    expect([0, 1, 2, 20].map(backoff)).toEqual([500, 1000, 2000, 30_000]);
  });
});
