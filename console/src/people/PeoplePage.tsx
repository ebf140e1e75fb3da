import { useState } from 'react';
import type { PersonSummary } from '../api/types';
import { ListPage } from '../lists/ListPage';
import { Link } from '../navigation/Link';
import { go, usePlace, withQuery } from '../navigation/location';
import { count } from '../time/format';
import { Time } from '../time/Time';
import { Create } from './Create';
import { Risk } from './Risk';
import { factorWords } from './words';

const href = (person: PersonSummary) => `/people/${encodeURIComponent(person.id)}`;

/** People, with those who have no second factor one click away. */
export function PeoplePage() {
  const place = usePlace();
  const withoutMfa = place.query.get('withoutMfa') === 'true';
  const creating = place.query.get('create') === 'true';
  const [made, setMade] = useState(0);
  return (
    <ListPage<PersonSummary>
      title="People"
      path="/people"
      filters={['withoutMfa', 'disabled']}
      search="Name or group"
      tools={
        <>
          <Tick name="withoutMfa">Without second factor</Tick>
          <Accounts />
        </>
      }
      aside={
        <Link className={creating ? 'button' : 'button button-accent'} href={withQuery(place, { create: creating ? null : 'true' })}>
          {creating ? 'Close' : 'Create a person'}
        </Link>
      }
      panel={creating && <Create onMade={() => setMade(made + 1)} />}
      changes={made}
      id={(person) => person.id}
      href={href}
      columns={[
        { name: 'Person', sort: 'name', cell: (person) => <Name person={person} /> },
        {
          name: 'Second factor',
          sort: 'factor',
          cell: (person) => (person.hasSecondFactor ? person.factors.map(factorWords).join(', ') || 'yes' : <span className="badge badge-warn">▲ none</span>),
        },
        { name: 'Groups', cell: (person) => person.groups.join(', ') || <span className="quiet">none</span> },
        { name: 'Risk', cell: (person) => <Risk risk={person.risk} /> },
        { name: 'Sessions', sort: 'sessions', number: true, cell: (person) => count(person.sessions) },
        { name: 'Open', sort: 'connections', number: true, cell: (person) => count(person.connections) },
        { name: 'Last seen', sort: 'seen', cell: (person) => <Time at={person.lastSeenAt} as="relative" /> },
      ]}
      empty={(filtered) =>
        withoutMfa && !place.query.get('q') && place.query.get('disabled') !== 'true'
          ? { title: 'Nobody', words: 'Everybody has a second factor.' }
          : filtered
            ? { title: 'Nobody matches', words: 'No person matches the filter.' }
            : {
                title: 'Nobody yet',
                words: 'Create the first person above.',
              }
      }
    />
  );
}

function Name({ person }: { person: PersonSummary }) {
  return (
    <>
      <Link className="row-link" href={href(person)}>
        <bdi>{person.displayName || person.userName}</bdi>
      </Link>{' '}
      <span className="quiet">
        <bdi>{person.userName}</bdi>
      </span>
      {person.disabled && <span className="badge badge-bad">✕ disabled</span>}
    </>
  );
}

function Accounts() {
  const place = usePlace();
  return (
    <select className="field" aria-label="Accounts" value={place.query.get('disabled') ?? ''} onChange={(event) => go(withQuery(place, { disabled: event.target.value, after: null }))}>
      <option value="">Every account</option>
      <option value="false">Enabled</option>
      <option value="true">Disabled</option>
    </select>
  );
}

function Tick({ name, children }: { name: string; children: string }) {
  const place = usePlace();
  return (
    <label className="tick">
      <input type="checkbox" checked={place.query.get(name) === 'true'} onChange={(event) => go(withQuery(place, { [name]: event.target.checked ? 'true' : null, after: null }))} />
      {children}
    </label>
  );
}
