import { describe, expect, it } from 'vitest';
import { bytes, count, dayAndTime, relative, span, utc, zone } from './format';

const now = new Date('2026-11-22T12:00:00Z');
const after = (seconds: number) => relative(new Date(now.getTime() + seconds * 1000), now);

describe('times and sizes', () => {
  it('says how near a time is, before and after', () => {
    expect(after(0)).toBe('now');
    expect(after(-4)).toBe('4 s ago');
    expect(after(119)).toBe('in 119 s');
    expect(after(120)).toBe('in 2 min');
    expect(after(-3 * 3600)).toBe('3 h ago');
    expect(after(41 * 86400)).toBe('in 41 days');
  });

  it('says in which zone a local time is', () => {
    expect(zone(now)).not.toBe('');
    expect(dayAndTime(now).endsWith(` ${zone(now)}`)).toBe(true);
  });

  it('says UTC with milliseconds only where there are some', () => {
    expect(utc(new Date('2026-11-22T13:03:07.125Z'))).toBe('2026-11-22 13:03:07.125 UTC');
    expect(utc(now)).toBe('2026-11-22 12:00:00 UTC');
  });

  it('says sizes in one unit', () => {
    expect(bytes(999)).toBe('999 B');
    expect(bytes(1400)).toBe('1.4 kB');
    expect(bytes(2.5e9)).toBe('2.5 GB');
    expect(count(1234567)).toBe('1,234,567');
    expect(span(90)).toBe('90 s');
  });
});
