import { useState } from 'react';
import { Action } from '../actions/Action';
import type { PersonDetail, Receipt } from '../api/types';
import { things } from '../time/format';

/** Deletes a person for good, after their name was typed. */
export function Delete({ detail: { person, devices }, path, onDone }: { detail: PersonDetail; path: string; onDone: (receipt: Receipt) => void }) {
  const [typed, setTyped] = useState('');
  return (
    <Action
      operation="DeletePerson"
      path={`${path}/delete`}
      label="Delete"
      title={`Delete ${person.displayName || person.userName} for good?`}
      danger
      ready={typed.trim() === person.userName}
      onOpen={() => setTyped('')}
      onDone={onDone}
    >
      <p>
        The account goes with its factors, passkeys, tokens and keys; {things(person.sessions, 'session ends', 'sessions end')},{' '}
        {things(person.connections, 'open connection is', 'open connections are')} closed and {things(devices.length, 'device is', 'devices are')} revoked. Audit records stay.{' '}
        <b>It cannot be undone;</b> disabling can.
      </p>
      <label className="stacked">
        <span>
          Type <b>{person.userName}</b> to delete it
        </span>
        <input className="field" value={typed} maxLength={100} autoComplete="off" autoCapitalize="none" spellCheck={false} onChange={(event) => setTyped(event.target.value)} />
      </label>
    </Action>
  );
}
