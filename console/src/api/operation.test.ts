import { describe, expect, it } from 'vitest';
import { operationOf } from './operation';

describe('the operation of a call', () => {
  it('is found by method and path', () => {
    expect(operationOf('POST', '/api/v1/people/p1/sessions/s1/revoke')).toBe('RevokeSession');
    expect(operationOf('POST', '/api/v1/people/p1/connections/c1/end')).toBe('EndConnection');
    expect(operationOf('POST', '/api/v1/people/p1/sessions/revoke')).toBe('RevokeAllSessions');
    expect(operationOf('GET', '/api/v1/decisions?effect=deny')).toBe('ListDecisions');
  });

  it('prefers a fixed path', () => {
    expect(operationOf('GET', '/api/v1/decisions/stream?q=x')).toBe('StreamDecisions');
    expect(operationOf('GET', '/api/v1/decisions/01ABC')).toBe('ReadDecision');
  });

  it('is none for what the API does not have', () => {
    expect(operationOf('DELETE', '/api/v1/people/p1')).toBeNull();
  });
});
