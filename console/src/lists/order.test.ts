import { describe, expect, it } from 'vitest';
import { following } from './order';

describe('a click on a heading', () => {
  it('sorts words from the first and numbers from the greatest', () => {
    expect(following('name', 'owner')).toBe('owner');
    expect(following('name', 'sessions', true)).toBe('-sessions');
  });

  it('turns round what is sorted by it already', () => {
    expect(following('owner', 'owner')).toBe('-owner');
    expect(following('-sessions', 'sessions', true)).toBe('sessions');
  });
});
