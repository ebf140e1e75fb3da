import { useRef } from 'react';
import type { PageOfPersonSummary, PersonSummary } from '../api/types';
import { useResource } from '../api/useResource';
import { SearchField, useRows } from '../lists/lists';
import { Link } from '../navigation/Link';
import { go, usePlace, withQuery } from '../navigation/location';
import { Empty, Failed, Loading, Outdated } from '../states/States';
import { count } from '../time/format';
import { Time } from '../time/Time';
import { factorWords } from './words';

/** People, with those who have no second factor one click away. */
export function PeoplePage() {
  const place = usePlace();
  const search = useRef<HTMLInputElement>(null);
  const text = place.query.get('q') ?? '';
  const withoutMfa = place.query.get('withoutMfa') === 'true';
  const disabled = place.query.get('disabled') === 'true';
  const after = place.query.get('after');
  const query = new URLSearchParams();
  if (text) query.set('q', text);
  if (withoutMfa) query.set('withoutMfa', 'true');
  if (disabled) query.set('disabled', 'true');
  if (after) query.set('after', after);
  const { value, error, loading, reload } = useResource<PageOfPersonSummary>(`/people?${query}`, 15);
  const people = value?.items ?? [];
  const open = (person: PersonSummary) => `/people/${encodeURIComponent(person.id)}`;
  const rows = useRows(people, open, search);
  const only = withoutMfa || disabled || text;

  return (
    <main className="page" id="content">
      <header className="title">
        <h1>People</h1>
        {value && <span className="quiet numbers">{count(value.total)}</span>}
      </header>
      <search className="filters">
        <SearchField field={search} text={text} placeholder="Name or group" />
        <label className="tick">
          <input type="checkbox" checked={withoutMfa} onChange={(event) => go(withQuery(place, { withoutMfa: event.target.checked ? 'true' : null, after: null }))} />
          Without second factor
        </label>
        <label className="tick">
          <input type="checkbox" checked={disabled} onChange={(event) => go(withQuery(place, { disabled: event.target.checked ? 'true' : null, after: null }))} />
          Disabled
        </label>
      </search>
      <Outdated error={value ? error : null} retry={reload} />
      {error && !value ? (
        <Failed error={error} retry={reload} />
      ) : loading ? (
        <Loading />
      ) : people.length === 0 ? (
        <Empty title={only ? 'Nobody matches' : 'Nobody yet'}>
          {withoutMfa && !text ? (
            'Everybody has a second factor.'
          ) : only ? (
            'No person matches the filter.'
          ) : (
            <>
              Create the first person with <code>nullius user add</code>; they appear here within seconds.
            </>
          )}
        </Empty>
      ) : (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Person</th>
                <th scope="col">Second factor</th>
                <th scope="col">Groups</th>
                <th scope="col">Risk</th>
                <th scope="col" className="number">
                  Sessions
                </th>
                <th scope="col" className="number">
                  Open
                </th>
                <th scope="col">Last seen</th>
              </tr>
            </thead>
            <tbody>
              {people.map((person, index) => (
                <tr key={person.id} {...rows(index)}>
                  <th scope="row">
                    <Link className="row-link" href={open(person)}>
                      {person.displayName || person.userName}
                    </Link>{' '}
                    <span className="quiet">{person.userName}</span>
                    {person.disabled && <span className="badge badge-bad">✕ disabled</span>}
                  </th>
                  <td data-label="Second factor">
                    {person.hasSecondFactor ? person.factors.map(factorWords).join(', ') || 'yes' : <span className="badge badge-warn">▲ none</span>}
                  </td>
                  <td data-label="Groups">{person.groups.join(', ') || <span className="quiet">none</span>}</td>
                  <td data-label="Risk">
                    <Risk risk={person.risk} />
                  </td>
                  <td data-label="Sessions" className="number">
                    {count(person.sessions)}
                  </td>
                  <td data-label="Open" className="number">
                    {count(person.connections)}
                  </td>
                  <td data-label="Last seen">
                    <Time at={person.lastSeenAt} as="relative" />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {value && <Pages next={value.next ?? null} after={after} />}
    </main>
  );
}

export function Pages({ next, after }: { next: string | null; after: string | null }) {
  const place = usePlace();
  if (!next && !after) return null;
  return (
    <p className="pages">
      {after && <Link href={withQuery(place, { after: null })}>← First page</Link>}
      {next && <Link href={withQuery(place, { after: next })}>Next page →</Link>}
    </p>
  );
}

export function Risk({ risk }: { risk: string | null | undefined }) {
  if (!risk) return <span className="badge badge-warn">? unknown</span>;
  if (risk === 'none') return <span className="quiet">none</span>;
  return <span className={`badge ${risk === 'high' ? 'badge-bad' : 'badge-warn'}`}>{risk === 'high' ? '✕' : '▲'} {risk}</span>;
}
