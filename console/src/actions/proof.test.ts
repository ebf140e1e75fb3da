import { beforeEach, describe, expect, it, vi } from 'vitest';
import { proved, takeProven, want } from './proof';

const path = '/people/p1/disable';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
});

describe('an action that waits for proof', () => {
  it('is given out once, after proof of its own operation', () => {
    want('DisablePerson', path, { why: 'x' });
    proved('DisablePerson');
    expect(takeProven('DisablePerson', path)).toEqual({ why: 'x' });
    expect(takeProven('DisablePerson', path)).toBeNull();
  });

  it('is not given out without proof, and is not wanted any more when its button appears without it', () => {
    want('DisablePerson', path, undefined);
    expect(takeProven('DisablePerson', path)).toBeNull();
    proved('DisablePerson');
    expect(takeProven('DisablePerson', path)).toBeNull();
  });

  it('is forgotten when another operation was proved', () => {
    want('DisablePerson', path, undefined);
    proved('RevokeDevice');
    proved('DisablePerson');
    expect(takeProven('DisablePerson', path)).toBeNull();
  });

  it('is given to its own button only', () => {
    want('DisablePerson', path, undefined);
    proved('DisablePerson');
    expect(takeProven('DisablePerson', '/people/p2/disable')).toBeNull();
    expect(takeProven('EnablePerson', path)).toBeNull();
    expect(takeProven('DisablePerson', path)).toEqual({});
  });

  it('is too old after ten minutes', () => {
    want('DisablePerson', path, undefined, 0);
    proved('DisablePerson', 1);
    expect(takeProven('DisablePerson', path, 600_001)).toBeNull();
  });
});
