import { describe, expect, it } from 'vitest';
import { choices, following } from './order';

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

describe('the orders of a column in one field', () => {
  it('begin with what a first click on the heading gives', () => {
    expect(choices({ name: 'Person', sort: 'name' }).map(([by]) => by)).toEqual(['name', '-name']);
    expect(choices({ name: 'Sessions', sort: 'sessions', number: true })[0]).toEqual(['-sessions', 'Sessions, most first']);
    expect(choices({ name: 'Groups' })).toEqual([]);
  });
});
