import type { ReactNode } from 'react';
import type { ApiError } from '../api/client';
import { Copyable } from './Copy';

/** While something is read for the first time: its outline, still, after a moment. */
export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <div className="loading" role="status">
      <span className="unseen">Loading</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="loading-row" aria-hidden="true" />
      ))}
    </div>
  );
}

/** A message whose backticks quote what somebody wrote. */
export function Quoting({ text }: { text: string }) {
  return <>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}

/** Nothing there: says what would fill it. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}

/** A call was refused or failed: says why, and what can be done. */
export function Failed({ error, retry }: { error: ApiError; retry: () => void }) {
  return (
    <div className="failed" role="alert">
      <h2>
        <span aria-hidden="true">✕ </span>
        {error.title}
      </h2>
      <p>
        <Quoting text={error.message} />
      </p>
      {error.reasons.length > 0 && (
        <ul>
          {error.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {error.reference && (
        <p className="quiet">
          Reference <Copyable text={error.reference} what="reference" />
        </p>
      )}
      {error.status !== 403 && error.status !== 404 && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What was read is shown although reading it anew failed: says so. */
export function Outdated({ error, retry }: { error: ApiError | null; retry: () => void }) {
  if (!error) return null;
  return (
    <p className="outdated" role="alert">
      <b>{error.title}.</b> What you see is from before. <button type="button" className="button button-small" onClick={retry}>Try again</button>
    </p>
  );
}
