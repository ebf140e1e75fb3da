import { want } from '../actions/proof';
import { operationOf } from './operation';
import type { ProblemDetails } from './types';

/** A refusal or fault of a call, in words that can be shown. */
export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  readonly reasons: string[];
  readonly reference: string | null;
  /** More proof is what helps. */
  readonly stepUp: boolean;

  constructor(status: number, title: string, detail: string, reasons: string[] = [], reference: string | null = null, stepUp = false) {
    super(detail);
    this.status = status;
    this.title = title;
    this.reasons = reasons;
    this.reference = reference;
    this.stepUp = stepUp;
  }
}

const prefix = '/api/v1';

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call(path, { signal })).json() as Promise<T>;
}

/** An action: carries the header without which the API changes nothing. */
export async function act<T>(path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { 'X-Nullius-Console': '1' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  return (await call(path, { method: 'POST', headers, body: body === undefined ? undefined : JSON.stringify(body) }, body)).json() as Promise<T>;
}

export async function call(path: string, init: RequestInit, body?: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(prefix + path, { ...init, headers: { Accept: 'application/json', ...init.headers }, credentials: 'same-origin', redirect: 'error' });
  } catch (fault) {
    if (init.signal?.aborted) throw fault;
    throw new ApiError(0, 'The gate does not answer', 'The connection failed. It is tried again when you reload or retry.');
  }
  if (response.ok) return response;
  const error = await refusal(response);
  if (error.status === 401) {
    const method = init.method ?? 'GET';
    const operation = error.stepUp ? operationOf(method, prefix + path) : null;
    if (operation && method === 'POST') want(operation, path, body);
    challenged(operation);
  }
  throw error;
}

/** Reads a problem document (RFC 9457) of the API or of the gate. */
async function refusal(response: Response): Promise<ApiError> {
  let problem: (ProblemDetails & Record<string, unknown>) | null = null;
  try {
    problem = (await response.json()) as ProblemDetails & Record<string, unknown>;
  } catch {
    // Not every refusal has a body: the status speaks.
  }
  const reasons = Array.isArray(problem?.reasons) ? problem.reasons.map(String) : [];
  const text = (name: string) => (typeof problem?.[name] === 'string' ? (problem[name] as string) : null);
  return new ApiError(
    response.status,
    problem?.title ?? words(response.status),
    problem?.detail ?? (reasons.join(' ') || words(response.status)),
    reasons,
    text('reference') ?? response.headers.get('x-request-id'),
    Array.isArray(problem?.requiredControls),
  );
}

function words(status: number): string {
  if (status === 401) return 'Sign in again';
  if (status === 403) return 'Not allowed';
  if (status === 404) return 'Not found';
  if (status === 503) return 'Not available now';
  return `The gate answered ${status}`;
}

const challengedAt = 'nullius-challenged-at';

/**
 * The session ended, or must prove more for an operation. A page load makes the gate take the person through sign-in or
 * step-up and back: to this very URL, or to the operation's own page, which returns here.
 * INVARIANT: at most one such load in ten seconds, so that a gate that keeps challenging cannot make a loop.
 */
function challenged(operation: string | null) {
  const now = Date.now();
  try {
    if (now - Number(sessionStorage.getItem(challengedAt) ?? 0) < 10_000) return;
    sessionStorage.setItem(challengedAt, String(now));
  } catch {
    return;
  }
  if (operation) window.location.assign(`/step-up/${operation}?to=${encodeURIComponent(window.location.pathname + window.location.search)}`);
  else window.location.reload();
}
