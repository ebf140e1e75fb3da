import { describe, expect, it } from 'vitest';
import { filterOf, queryOf, toggled } from './filter';

describe('the filter', () => {
  it('is the same after the way through the URL', () => {
    const query = 'effect=stepUp%2Cdeny&route=api&exceptRoute=console&person=alice&device=stale&basis=explicitDeny&observed=true&q=orders+%2Fexport';
    expect(queryOf(filterOf(new URLSearchParams(query)))).toBe(query);
  });

  it('is empty when nothing restricts', () => {
    expect(queryOf(filterOf(new URLSearchParams('')))).toBe('');
    expect(queryOf(filterOf(new URLSearchParams('effect=allow,deny,stepUp&q=%20&route=')))).toBe('');
  });

  it('ignores effects that do not exist', () => {
    expect(filterOf(new URLSearchParams('effect=deny,maybe')).effects).toEqual(['deny']);
  });

  it('names effects in one order', () => {
    expect(queryOf(filterOf(new URLSearchParams('effect=deny,allow')))).toBe('effect=allow%2Cdeny');
  });

  it('shows every effect when all are chosen, as when none is', () => {
    expect(toggled(['allow', 'deny'], 'stepUp')).toEqual([]);
    expect(toggled([], 'deny')).toEqual(['deny']);
    expect(toggled(['deny'], 'deny')).toEqual([]);
  });
});
