import { type ReactNode, useEffect, useRef, useState } from 'react';
import { act, ApiError } from '../api/client';
import type { Receipt } from '../api/types';
import { useMe } from '../frame/me';
import { Link } from '../navigation/Link';
import { Copyable } from '../states/Copy';
import { count } from '../time/format';
import { Time } from '../time/Time';
import { takeProven } from './proof';

interface Props {
  /** The operation that the gate decides; what one may not do is said before one tries. */
  operation: string;
  path: string;
  /** What is sent along, as it stands when the person agrees. */
  body?: unknown;
  label: string;
  title: string;
  /** What will happen, before it does. */
  children: ReactNode;
  danger?: boolean;
  /** One of many, in a row. */
  small?: boolean;
  /** Which of the many, for who cannot see the row. */
  about?: string;
  /** False while what the person has to fill in is not complete. */
  ready?: boolean;
  /** The person wants to; nothing is done yet. */
  onOpen?: () => void;
  onDone: (receipt: Receipt) => void;
}

/** A button that asks, acts and hands over the receipt. What waited for proof is carried out when the person comes back with it. */
export function Action({ operation, path, body, label, title, children, danger = false, small = false, about, ready = true, onOpen, onDone }: Props) {
  const me = useMe();
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const answer = me?.operations.find((one) => one.operation === operation);
  const refused = answer?.effect === 'deny';

  useEffect(() => {
    if (open) dialog.current?.showModal();
  }, [open]);

  useEffect(() => {
    const proven = takeProven<unknown>(operation, path);
    if (!proven) return;
    setOpen(true);
    void run(body === undefined ? undefined : proven);
    // Only when the button appears.
  }, []);

  async function run(sent: unknown) {
    setBusy(true);
    setError(null);
    try {
      const receipt = await act<Receipt>(path, sent);
      dialog.current?.close();
      onDone(receipt);
    } catch (fault) {
      setError(fault instanceof ApiError ? fault : new ApiError(0, 'It could not be done', String(fault)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <button
        type="button"
        className={`button${danger ? ' button-danger' : ''}${small ? ' button-small' : ''}`}
        aria-disabled={refused}
        aria-description={about}
        title={refused ? `Not allowed: ${answer.reasons.join(' ')}` : answer?.effect === 'stepUp' ? 'Asks for your second factor again' : undefined}
        onClick={() => !refused && (setError(null), onOpen?.(), setOpen(true))}
      >
        {label}
        {refused && <span className="unseen"> (not allowed)</span>}
      </button>
      {open && (
        <dialog ref={dialog} className="dialog" onClose={() => setOpen(false)} aria-labelledby="dialog-title">
          <h2 id="dialog-title">{title}</h2>
          <div>{children}</div>
          {error && (
            <div className="dialog-error" role="alert">
              <b>{error.title}.</b> {error.message}
              {error.reasons.map((reason) => (
                <div key={reason}>{reason}</div>
              ))}
              {error.reference && (
                <div>
                  Reference <Copyable text={error.reference} what="reference" />
                </div>
              )}
            </div>
          )}
          <p className="dialog-buttons">
            <button type="button" className="button" onClick={() => dialog.current?.close()} autoFocus>
              Cancel
            </button>
            <button type="button" className={danger ? 'button button-danger-full' : 'button button-accent'} disabled={busy || !ready} onClick={() => void run(body)}>
              {busy ? 'Working…' : label}
            </button>
          </p>
        </dialog>
      )}
    </>
  );
}

const done: Record<string, string> = {
  DisablePerson: 'The person is disabled',
  EnablePerson: 'The person is enabled',
  DeletePerson: 'The person is deleted',
  ChangeGroups: 'The groups are changed',
  RevokeSession: 'The session has ended',
  EndConnection: 'The connection is closed',
  RevokeAllSessions: 'Every session has ended',
  RevokeDevice: 'The device is revoked',
};

/** What an action did, as the gate applied it. Stays until it is put away. */
export function ReceiptPanel({ receipt, onClose }: { receipt: Receipt; onClose: () => void }) {
  return (
    <section className="receipt" role="status" aria-label="Receipt">
      <h2>
        <span aria-hidden="true">✓ </span>
        {done[receipt.action] ?? receipt.action}
      </h2>
      <dl className="facts">
        <div>
          <dt>Sessions ended</dt>
          <dd className="numbers">{count(receipt.sessionsEnded)}</dd>
        </div>
        <div>
          <dt>Connections closed</dt>
          <dd className="numbers">{count(receipt.connectionsClosed)}</dd>
        </div>
        <div>
          <dt>Still open</dt>
          <dd className="numbers">{count(receipt.connectionsOpen)}</dd>
        </div>
        <div>
          <dt>Applied by the gate after</dt>
          <dd className="numbers">{receipt.milliseconds.toFixed(receipt.milliseconds < 10 ? 1 : 0)} ms</dd>
        </div>
        <div>
          <dt>Committed</dt>
          <dd>
            <Time at={receipt.at} as="millis" /> · feed {count(receipt.sequence)}
          </dd>
        </div>
        <div>
          <dt>Audit record</dt>
          <dd>
            <Link href={`/decisions/${encodeURIComponent(receipt.reference)}`}>
              <code>{receipt.reference}</code>
            </Link>
          </dd>
        </div>
      </dl>
      <button type="button" className="button button-small" onClick={onClose}>
        Put away
      </button>
    </section>
  );
}
