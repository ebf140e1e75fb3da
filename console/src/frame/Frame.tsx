import { useEffect } from 'react';
import { proved } from '../actions/proof';
import type { MeModel } from '../api/types';
import { useResource } from '../api/useResource';
import { DecisionPage } from '../decisions/DecisionPage';
import { LivePage } from '../decisions/LivePage';
import { DevicePage } from '../devices/DevicePage';
import { DevicesPage } from '../devices/DevicesPage';
import { Link } from '../navigation/Link';
import { go, usePlace } from '../navigation/location';
import { OverviewPage } from '../overview/OverviewPage';
import { PeoplePage } from '../people/PeoplePage';
import { PersonPage } from '../people/PersonPage';
import { RoutesPage } from '../routes/RoutesPage';
import { Empty, Failed } from '../states/States';
import { MeContext } from './me';
import { ThemeToggle } from './ThemeToggle';

const places: [string, string, string][] = [
  ['/', 'Overview', 'ReadOverview'],
  ['/live', 'Live', 'StreamDecisions'],
  ['/people', 'People', 'ListPeople'],
  ['/devices', 'Devices', 'ListDevices'],
  ['/routes', 'Routes', 'ListRoutes'],
];

export function Frame() {
  const { path } = usePlace();
  const me = useResource<MeModel>('/me', 60);
  const root = `/${path.split('/')[1] ?? ''}`;
  const section = root === '/decisions' ? '/live' : root;
  const title = places.find(([href]) => href === section)?.[1] ?? 'Not found';
  useEffect(() => {
    document.title = `${title} · Nullius`;
  }, [title]);

  return (
    <MeContext value={me.value}>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className="bar">
        <Link href="/" className="brand" aria-label="Nullius, overview">
          <Mark /> Nullius
        </Link>
        <nav className="places" aria-label="Pages">
          {places.map(([href, words, operation]) => {
            const denied = me.value?.operations.find((one) => one.operation === operation)?.effect === 'deny';
            return denied ? null : (
              <Link key={href} href={href} aria-current={href === section ? 'page' : undefined}>
                {words}
              </Link>
            );
          })}
        </nav>
        <span className="push" />
        {me.value && (
          <details className="who">
            <summary>
              <span className="clip">
                <bdi>{me.value.displayName || me.value.userName}</bdi>
              </span>
            </summary>
            <div className="who-menu">
              <p>
                <b>{me.value.userName}</b>
                <br />
                <span className="quiet">{me.value.groups.join(', ')}</span>
              </p>
              <a href={me.value.account}>Account</a>
              <a href={me.value.signOut}>Sign out</a>
            </div>
          </details>
        )}
        <ThemeToggle />
      </header>
      {me.error && !me.value ? (
        <main className="page" id="content">
          <Failed error={me.error} retry={me.reload} />
        </main>
      ) : (
        <Page path={path} />
      )}
    </MeContext>
  );
}

function Page({ path }: { path: string }) {
  const [, root = '', id, more] = path.split('/');
  const named = id && more === undefined ? decode(id) : null;
  if (root === 'step-up') return <StepUpReturn operation={named ?? ''} />;
  if (path === '/') return <OverviewPage />;
  if (root === 'live' && !id) return <LivePage />;
  if (root === 'decisions' && named) return <DecisionPage key={named} reference={named} />;
  if (root === 'people') return named ? <PersonPage key={named} id={named} /> : <PeoplePage />;
  if (root === 'devices') return named ? <DevicePage key={named} id={named} /> : <DevicesPage />;
  if (root === 'routes' && !id) return <RoutesPage />;
  return (
    <main className="page" id="content">
      <h1 className="unseen">Not found</h1>
      <Empty title="There is no such page">
        <Link href="/">The overview</Link> is a good place to begin.
      </Empty>
    </main>
  );
}

/** Where the gate returns after a step-up: goes back to where the operation was wanted. Only to places of the console itself. */
function StepUpReturn({ operation }: { operation: string }) {
  const { query } = usePlace();
  const to = query.get('to') ?? '/';
  useEffect(() => {
    proved(operation);
    go(/^\/(?![\/\\])/.test(to) ? to : '/', 'replace');
  }, [operation, to]);
  return <main className="page" id="content" />;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect className="mark" width="32" height="32" rx="7" />
      <circle cx="16" cy="16" r="8.5" fill="none" stroke="#fff" strokeWidth="3" />
      <path d="M24.5 7.5l-17 17" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
    </svg>
  );
}
