import { describe, expect, it } from 'vitest';
import type { OverviewModel } from '../api/types';
import { attention } from './attention';
import { bars, ceiling, totals } from './series';

const calm: OverviewModel = {
  at: '2026-11-22T12:00:00Z', countedSince: '2026-11-22T11:00:00Z', bucketSeconds: 60, buckets: [], reasons: [], connections: [],
  snapshots: [{ point: 'this gate', ageSeconds: 0.1, boundSeconds: 10, sequence: 1 }],
  certificates: [{ kind: 'server', subject: 'a', expiresAt: '2027-01-01T00:00:00Z', state: 'valid', deviceId: null }],
  policyErrors: [], people: 2, peopleWithoutSecondFactor: 0, devices: 1, devicesNotCompliant: 0,
};
const now = new Date(calm.at);

describe('what needs attention', () => {
  it('is nothing when all is well', () => {
    expect(attention(calm, now)).toEqual([]);
  });

  it('names the worst first', () => {
    const list = attention(
      {
        ...calm,
        peopleWithoutSecondFactor: 1,
        certificates: [{ kind: 'device', subject: 'laptop', expiresAt: '2026-11-20T12:00:00Z', state: 'expired', deviceId: 'd1' }],
        policyErrors: [{ message: 'p.json:3: it is broken' }],
      },
      now,
    );
    expect(list.map((one) => one.level)).toEqual(['bad', 'bad', 'warn']);
    expect(list[0]).toEqual({ level: 'bad', words: 'it is broken. The last good set is in force.', href: null, at: 'p.json:3' });
    expect(list[1]).toEqual({ level: 'bad', words: 'The device certificate of laptop ended 2 days ago.', href: '/devices/d1' });
    expect(list[2]!.href).toBe('/people?withoutMfa=true&disabled=false');
  });

  it('says when an enforcement point has no fresh trust', () => {
    const late = { ...calm, snapshots: [{ point: 'this gate', ageSeconds: 11, boundSeconds: 10, sequence: 1 }] };
    expect(attention(late, now)[0]!.words).toBe('this gate has been without fresh trust for 11 s and denies past 10 s.');
  });
});

describe('the series', () => {
  const buckets = [
    { at: 'a', allowed: 5, stepUp: 1, denied: 2, observed: 1 },
    { at: 'b', allowed: 1, stepUp: 0, denied: 0, observed: 0 },
  ];

  it('sums up', () => {
    expect(totals(buckets)).toEqual({ allowed: 6, stepUp: 1, denied: 2, observed: 1 });
    expect(bars(buckets).map((bar) => bar.total)).toEqual([8, 1]);
  });

  it('ends at a round number', () => {
    expect([0, 4, 5, 11, 21, 99, 101, 5001].map(ceiling)).toEqual([4, 4, 5, 20, 50, 100, 200, 10000]);
  });
});
