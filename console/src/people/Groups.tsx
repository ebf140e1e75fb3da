import { useState } from 'react';
import { Action } from '../actions/Action';
import type { PersonSummary, Receipt } from '../api/types';
import { changeOf, namesIn } from './groups';

/** Changes the groups of a person: one field with all of them, one call with what is new and what is gone. */
export function Groups({ person, path, onDone }: { person: PersonSummary; path: string; onDone: (receipt: Receipt) => void }) {
  const [text, setText] = useState('');
  const name = person.displayName || person.userName;
  const change = changeOf(person.groups, namesIn(text));
  const words = [...change.join.map((group) => `+ ${group}`), ...change.leave.map((group) => `− ${group}`)];
  return (
    <Action
      operation="ChangeGroups"
      path={`${path}/groups`}
      body={change}
      label="Change groups"
      title={`Change the groups of ${name}?`}
      small
      ready={words.length > 0}
      onOpen={() => setText(person.groups.join(' '))}
      onDone={onDone}
    >
      <label className="stacked">
        Groups, with spaces between them
        <input className="field" value={text} maxLength={4000} autoComplete="off" spellCheck={false} onChange={(event) => setText(event.target.value)} />
      </label>
      <p className="quiet" aria-live="polite">
        {words.length === 0 ? 'Nothing changes.' : words.join(', ')}
      </p>
      <p>What policies grant to the groups holds from now on. Open connections that policy no longer allows are closed within milliseconds; a name that is new becomes a group.</p>
    </Action>
  );
}
