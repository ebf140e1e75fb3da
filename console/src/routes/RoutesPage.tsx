import { useEffect, useRef } from 'react';
import type { RouteHealth, RouteList, RouteSummary } from '../api/types';
import { useResource } from '../api/useResource';
import { Link } from '../navigation/Link';
import { SearchField } from '../lists/lists';
import { useKeys } from '../navigation/keys';
import { go, usePlace, withQuery } from '../navigation/location';
import { Empty, Failed, Loading, Outdated } from '../states/States';
import { count, span, things } from '../time/format';
import { Time } from '../time/Time';

/** Routes: where requests go, what decides, whether it is enforced, and what observation found. */
export function RoutesPage() {
  const { value, error, loading, reload } = useResource<RouteList>('/routes', 10);
  const place = usePlace();
  const field = useRef<HTMLInputElement>(null);
  const text = place.query.get('q') ?? '';
  const chosen = place.query.get('route');
  const observing = place.query.get('observed') === 'true';
  const all = value?.items ?? [];
  const routes = all.filter((route) => (!observing || route.counts.observed > 0 || !enforcesForAll(route)) && mentions(route, text));
  useKeys({ '/': () => field.current?.focus() });
  // A link to one route shows it, wherever it stands.
  useEffect(() => {
    if (chosen && value) document.getElementById(`route-${chosen}`)?.scrollIntoView({ block: 'center' });
  }, [chosen, value === null]);
  return (
    <main className="page" id="content">
      <header className="title">
        <h1>Routes</h1>
        {value && <span className="quiet numbers">{routes.length === all.length ? count(all.length) : `${count(routes.length)} of ${count(all.length)}`}</span>}
      </header>
      <search className="filters">
        <SearchField field={field} text={text} placeholder="Name, host, upstream or policy" />
        <label className="tick">
          <input type="checkbox" checked={observing} onChange={(event) => go(withQuery(place, { observed: event.target.checked ? 'true' : null }))} />
          Not enforced for everybody
        </label>
      </search>
      <Outdated error={value ? error : null} retry={reload} />
      {error && !value ? (
        <Failed error={error} retry={reload} />
      ) : loading ? (
        <Loading />
      ) : routes.length === 0 && all.length > 0 ? (
        <Empty title="No route matches">No route matches the filter.</Empty>
      ) : routes.length === 0 ? (
        <Empty title="No routes yet">
          Write the first one under <code>routes:</code> in <code>nullius.yaml</code>; it appears here when the file is saved.
        </Empty>
      ) : (
        <ul className="routes">
          {routes.map((route) => (
            <RouteCard key={route.name} route={route} />
          ))}
        </ul>
      )}
    </main>
  );
}

function RouteCard({ route }: { route: RouteSummary }) {
  const place = usePlace();
  const live = (more: string) => `/live?route=${encodeURIComponent(route.name)}${more}`;
  const chosen = place.query.get('route') === route.name;
  return (
    <li className={chosen ? 'panel route selected' : 'panel route'} id={`route-${route.name}`}>
      <div className="title">
        <h2>{route.name}</h2>
        <Mode route={route} />
        <Health health={route.health} />
        <span className="push" />
        <code className="quiet small">{route.at}</code>
      </div>
      <div className="route-line">
        <p className="route-way">
          <code>
            {route.host}
            {route.paths.join(', ')}
          </code>{' '}
          <span aria-hidden="true">→</span>
          <span className="unseen">goes to</span> {route.upstream ? <code>{route.upstream}</code> : 'this program'}
        </p>
        <div className="figures">
          <Figure href={live('&effect=allow')} value={route.counts.allowed} words="allowed" />
          <Figure href={live('&effect=stepUp')} value={route.counts.stepUp} words="stepped up" />
          <Figure href={live('&effect=deny')} value={route.counts.denied} words="denied" />
          {(route.counts.observed > 0 || !enforcesForAll(route)) && (
            <Figure href={live('&observed=true')} value={route.counts.observed} words="of these let through" strong={route.counts.observed > 0} />
          )}
          <div className="figure">
            <b className={route.connections === 0 ? 'numbers zero' : 'numbers'}>{count(route.connections)}</b>
            <span>open</span>
          </div>
          <span className="quiet small">
            since <Time at={route.countedSince} as="relative" />
          </span>
        </div>
      </div>
      <Observed route={route} live={live} />
      {route.health === 'failing' && route.healthDetail && <p className="note note-bad">✕ {route.healthDetail}</p>}
      <details>
        <summary>
          {things(route.policies.length, 'policy', 'policies')}{' '}
          <span className="quiet">· {route.granting === 'authenticated' ? 'anybody signed in is granted access' : 'AWS-style policies grant'}</span>
        </summary>
        <p className="quiet terms">{terms(route).join(' · ')}</p>
        {route.policies.length === 0 ? (
          <p className="quiet">None is bound: {route.granting === 'authenticated' ? 'anybody signed in passes.' : 'nothing grants, so every request is denied.'}</p>
        ) : (
          <ul className="statements">
            {route.policies.map((policy) => (
              <li key={`${policy.kind} ${policy.source} ${policy.at}`}>
                <b>{policyWords[policy.kind] ?? policy.kind}</b> <code>{policy.source}</code>{' '}
                <span className="quiet">
                  for {policy.who.join(', ') || 'everybody'} · {policy.at}
                </span>
              </li>
            ))}
          </ul>
        )}
      </details>
    </li>
  );
}

function enforcesForAll(route: RouteSummary): boolean {
  return route.mode === 'enforce' && route.enforceForGroups.length === 0;
}

/** Every word occurs in what the card shows. */
function mentions(route: RouteSummary, text: string): boolean {
  const shown = [route.name, route.host, route.upstream ?? '', route.mode, ...route.paths, ...route.enforceForGroups, ...route.policies.map((policy) => policy.source)].join(' ').toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => shown.includes(word));
}

/** Who is refused and who is only watched, and what enforcing for everybody would refuse. */
function Observed({ route, live }: { route: RouteSummary; live: (more: string) => string }) {
  if (enforcesForAll(route)) return null;
  const groups = route.enforceForGroups.join(', ');
  return (
    <div className="note observed">
      <p>
        {groups ? `Enforced for ${groups}; for everybody else refusals are recorded and requests go through.` : 'Refusals are recorded and requests go through.'}{' '}
        {route.counts.observed === 0
          ? 'Enforcing would have refused nothing so far.'
          : `Enforcing for everybody would have refused or stepped up ${things(route.counts.observed, 'request', 'requests')}:`}
      </p>
      {route.observedReasons.length > 0 && (
        <ul className="reasons">
          {route.observedReasons.map((one) => (
            <li key={`${one.basis} ${one.reason}`}>
              <Link href={live(`&observed=true${one.basis ? `&basis=${encodeURIComponent(one.basis)}&q=${encodeURIComponent(one.reason.slice(0, 200))}` : ''}`)}>{one.reason}</Link>
              <span className="numbers">{count(one.count)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What else it demands, in a line. */
function terms(route: RouteSummary): string[] {
  return [
    `Client certificate ${route.clientCertificate === 'require' ? 'required' : route.clientCertificate === 'request' ? 'asked for' : 'not asked for'}`,
    `denies on trust older than ${span(route.maxSnapshotAgeSeconds)}`,
    route.durableSync ? 'waits for the disk before each request' : 'record synced at an interval',
  ];
}

const policyWords: Record<string, string> = {
  identity: 'Identity policy',
  boundary: 'Boundary',
  guardrail: 'Guardrail',
  resource: 'Resource policy',
  conditionalAccess: 'Conditional Access',
};

function Mode({ route }: { route: RouteSummary }) {
  if (route.mode === 'observe') return <span className="badge badge-warn">▲ observes only</span>;
  if (route.enforceForGroups.length > 0) return <span className="badge badge-warn">▲ enforces for {route.enforceForGroups.join(', ')}</span>;
  return <span className="badge badge-good">✓ enforces</span>;
}

const healthWords: Record<RouteHealth, [string, string]> = {
  answering: ['badge-good', '✓ answers'],
  failing: ['badge-bad', '✕ does not answer'],
  unknown: ['badge-plain', '? not asked yet'],
  inProcess: ['badge-plain', '● in process'],
};

function Health({ health }: { health: RouteHealth }) {
  const [look, words] = healthWords[health];
  return <span className={`badge ${look}`}>{words}</span>;
}

function Figure({ href, value, words, strong = false }: { href: string; value: number; words: string; strong?: boolean }) {
  return (
    <Link className={strong ? 'figure figure-strong' : 'figure'} href={href}>
      <b className={value === 0 ? 'numbers zero' : 'numbers'}>{count(value)}</b>
      <span>{words}</span>
    </Link>
  );
}
