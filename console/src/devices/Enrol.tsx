import { useEffect, useRef, useState } from 'react';
import { takeProven } from '../actions/proof';
import { act, ApiError } from '../api/client';
import type { EnrolmentCode } from '../api/types';
import { useMe } from '../frame/me';
import { Time } from '../time/Time';

const operation = 'CreateEnrolmentCode';
const path = '/devices/enrolment-codes';

/** Makes a one-time code for somebody and shows it once. */
export function Enrol() {
  const me = useMe();
  const field = useRef<HTMLInputElement>(null);
  const [person, setPerson] = useState('');
  const [code, setCode] = useState<EnrolmentCode | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const answer = me?.operations.find((one) => one.operation === operation);
  useEffect(() => {
    const proven = takeProven<{ person: string }>(operation, path);
    if (!proven) return field.current?.focus();
    setPerson(proven.person);
    void make(proven.person);
    // Only at the beginning of the page's life.
  }, []);

  async function make(owner: string) {
    setBusy(true);
    setError(null);
    setCode(null);
    try {
      setCode(await act<EnrolmentCode>(path, { person: owner.trim() }));
    } catch (fault) {
      setError(fault instanceof ApiError ? fault : new ApiError(0, 'It could not be done', String(fault)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="panel">
      <h2>Enrol a device</h2>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          void make(person);
        }}
      >
        <label className="labelled">
          Owner's user name
          <input ref={field} className="field" required value={person} maxLength={100} autoComplete="off" onChange={(event) => setPerson(event.target.value)} />
        </label>
        <button type="submit" className="button button-accent" disabled={busy || answer?.effect === 'deny'}>
          Make a code
        </button>
        {answer?.effect === 'deny' && <span className="quiet">Not allowed: {answer.reasons.join(' ')}</span>}
      </form>
      {error && (
        <p role="alert">
          <b>{error.title}.</b> {error.message} {error.reasons.join(' ')}
        </p>
      )}
      {code && (
        <div role="status" className="code">
          <p>
            For {code.person.name}, once, until <Time at={code.expiresAt} /> (<Time at={code.expiresAt} as="relative" />
            ). It is shown only now.
          </p>
          <p className="code-value">
            <code>{code.code}</code>
          </p>
          <p>
            The device enrols at <code>{code.server}</code> with this code and gets its certificate.
          </p>
        </div>
      )}
    </section>
  );
}
