/**
 * An action that was refused for want of proof, while the person gives it on another page. Kept in this tab only, for ten
 * minutes. INVARIANT: it is carried out once, only after the gate let this person pass to the operation's own page, and only
 * by the button that asked for it.
 */
interface Wanted {
  operation: string;
  path: string;
  body: unknown;
  at: number;
  proven: boolean;
}

const key = 'nullius-wanted';
const lifetime = 600_000;

/** The gate asked for more proof before it allows the action. */
export function want(operation: string, path: string, body: unknown, now = Date.now()) {
  write({ operation, path, body, at: now, proven: false });
}

/** The gate let the person pass to the page of an operation. An action of another operation is not wanted any more. */
export function proved(operation: string, now = Date.now()) {
  const wanted = read();
  if (!wanted) return;
  if (wanted.operation === operation && now - wanted.at < lifetime) write({ ...wanted, proven: true });
  else write(null);
}

/** The body of an action that may be carried out now; null when there is none. It is given out once. */
export function takeProven<T>(operation: string, path: string, now = Date.now()): T | null {
  const wanted = read();
  if (!wanted || wanted.operation !== operation || wanted.path !== path) return null;
  write(null);
  return wanted.proven && now - wanted.at < lifetime ? ((wanted.body ?? {}) as T) : null;
}

function read(): Wanted | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Wanted | null;
  } catch {
    return null;
  }
}

function write(wanted: Wanted | null) {
  try {
    if (wanted) sessionStorage.setItem(key, JSON.stringify(wanted));
    else sessionStorage.removeItem(key);
  } catch {
    // Without storage the person clicks once more.
  }
}
