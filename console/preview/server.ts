import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import type { DecisionSummary } from '../src/api/types.ts';
import * as fixtures from './fixtures.ts';

/**
 * An API over fixtures. `?rate=N` on any page sets decisions a second (default 12), `?case=empty|error|slow` shows the
 * other states of every page.
 */
export function fixtureApi(): Plugin {
  const recent: DecisionSummary[] = Array.from({ length: 400 }, (_, index) => fixtures.decision(new Date(Date.now() - (400 - index) * 700))).reverse();
  return {
    name: 'fixture-api',
    configureServer: (server) => void server.middlewares.use((request, response, next) => void answer(recent, request, response, next)),
    // The built console over the same data: what is measured is what is shipped.
    configurePreviewServer: (server) => void server.middlewares.use((request, response, next) => void answer(recent, request, response, next)),
  };
}

async function answer(recent: DecisionSummary[], request: IncomingMessage, response: ServerResponse, next: () => void) {
  const url = new URL(request.url ?? '/', 'http://preview');
  if (!url.pathname.startsWith('/api/v1/')) return next();
  const page = new URL(request.headers.referer ?? 'http://preview/');
  const kind = page.searchParams.get('case');
  const path = decodeURIComponent(url.pathname.slice('/api/v1/'.length));
  if (kind === 'slow' && path !== 'me') await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (kind === 'error' && path !== 'me') return json(response, 403, { title: 'Not allowed', detail: 'The gate refused it.', reasons: ['Needs a managed device.'], reference: '01JDREF' });
  if (path === 'decisions/stream') return stream(recent, request, response, url, Number(page.searchParams.get('rate') ?? 12), kind === 'empty');
  const found = kind === 'long' ? long(read(recent, path, url, request.method ?? 'GET')) : kind === 'empty' ? empty(path) : read(recent, path, url, request.method ?? 'GET');
  if (found === null || found === undefined) return json(response, 404, { title: 'Not found', detail: 'There is no such thing.' });
  return json(response, 200, found);
}

function read(recent: DecisionSummary[], path: string, url: URL, method: string): unknown {
  const [root, id, ...more] = path.split('/');
  if (method === 'POST') {
    if (path === 'devices/enrolment-codes') return { code: 'K7QF-2M9X-TR4D', expiresAt: new Date(Date.now() + 600_000).toISOString(), person: { id: 'p-bob', name: 'bob' }, server: 'https://devices.nullius.localhost:8443' };
    if (path === 'people') return { person: { id: 'p-gina', name: 'gina' }, code: 'k7qf2-m9xtr-4dw8p-c3hny-v6sbj', expiresAt: new Date(Date.now() + 3 * 86_400_000).toISOString(), page: 'https://auth.nullius.localhost:8443/sign-in/reset', reference: '01JDREF' };
    const action = more[0] === 'sessions' ? (more.length > 2 ? 'RevokeSession' : 'RevokeAllSessions') : more[0] === 'connections' ? 'EndConnection' : more[0] === 'disable' ? 'DisablePerson' : more[0] === 'enable' ? 'EnablePerson' : more[0] === 'groups' ? 'ChangeGroups' : more[0] === 'delete' ? 'DeletePerson' : 'RevokeDevice';
    return fixtures.receipt(action, id ?? '');
  }
  if (root === 'me') return fixtures.me();
  if (root === 'overview') return fixtures.overview(url.searchParams.get('window') ?? '1h');
  if (root === 'routes') return fixtures.routeList();
  if (root === 'decisions' && !id) return { items: recent.filter((entry) => matches(entry, url)).slice(0, 500) };
  if (root === 'decisions') {
    const entry = recent.find((one) => one.reference === id);
    return entry ? fixtures.detail(entry) : id === 'sample' ? fixtures.detail(recent.find((one) => one.effect === 'deny' && one.person)!) : null;
  }
  if (root === 'people' && id) return fixtures.person(id);
  if (root === 'people') {
    const items = fixtures.personSummaries().filter((one) => (url.searchParams.get('withoutMfa') !== 'true' || !one.hasSecondFactor) && one.userName.includes(url.searchParams.get('q') ?? ''));
    return { items, total: items.length, next: null };
  }
  if (root === 'devices' && id) return fixtures.device(id);
  if (root === 'devices') {
    const state = url.searchParams.get('state');
    const items = fixtures.deviceSummaries().filter((one) => !state || one.state === state);
    return { items, total: items.length, next: null };
  }
  return null;
}

function empty(path: string): unknown {
  if (path === 'me') return fixtures.me();
  if (path === 'overview')
    return { ...fixtures.overview('1h'), buckets: fixtures.overview('1h').buckets.map((bucket) => ({ ...bucket, allowed: 0, stepUp: 0, denied: 0, observed: 0 })), reasons: [], connections: [], certificates: [], policyErrors: [], people: 1, peopleWithoutSecondFactor: 0, devices: 0, devicesNotCompliant: 0 };
  return { items: [], total: 0, next: null };
}

function matches(entry: DecisionSummary, url: URL): boolean {
  const query = url.searchParams;
  const effects = query.get('effect')?.split(',');
  if (effects && !effects.includes(entry.effect)) return false;
  if (query.get('route') && query.get('route') !== entry.route) return false;
  if (query.get('exceptRoute') === entry.route) return false;
  if (query.get('person') && query.get('person') !== entry.person?.name) return false;
  if (query.get('device') && query.get('device') !== entry.device?.state) return false;
  if (query.get('basis') && query.get('basis') !== entry.basis) return false;
  if (query.get('observed') === 'true' && !entry.observed) return false;
  const text = JSON.stringify(entry).toLowerCase();
  return (query.get('q') ?? '').toLowerCase().split(' ').every((word) => text.includes(word));
}

function stream(recent: DecisionSummary[], request: IncomingMessage, response: ServerResponse, url: URL, rate: number, silent: boolean) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  let owed = 0;
  const timer = setInterval(() => {
    owed += silent ? 0 : rate / 10;
    const made = Array.from({ length: Math.floor(owed) }, () => fixtures.decision(new Date()));
    owed -= made.length;
    recent.unshift(...[...made].reverse());
    if (recent.length > 2000) recent.length = 2000;
    const matching = made.filter((entry) => matches(entry, url));
    const most = 100;
    const sent = matching.length <= most ? matching : Array.from({ length: most }, (_, index) => matching[Math.floor((index * matching.length) / most)]!);
    response.write(`event: batch\ndata: ${JSON.stringify({ at: new Date().toISOString(), seen: matching.length, decisions: sent })}\n\n`);
  }, 100);
  request.on('close', () => clearInterval(timer));
}

function json(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'Content-Type': status === 200 ? 'application/json' : 'application/problem+json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** Everything that people name, as long as people can make it. */
function long(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(long);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, lengthened(name, inner)]));
}

function lengthened(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return name === 'groups' ? [...(value as string[]), 'a-group-with-a-name-that-its-directory-allowed-and-nobody-shortened'] : long(value);
  if (name === 'displayName') return `${value} de la Vega-Featherstonehaugh von und zu Hohenlohe-Schillingsfürst`;
  if (name === 'userName' || name === 'name') return `${value}.featherstonehaugh-hohenlohe-schillingsfuerst@subsidiary.example.org`;
  if (name === 'path') return `${value}/${'0123456789abcdef'.repeat(8)}`;
  if (name === 'host' || name === 'upstream') return value.replace('://', '://a-rather-long-name-of-a-machine-in-a-cluster.').replace(/^(?!http)/, 'a-rather-long-name-of-an-application.');
  return name === 'reason' ? `${value} `.repeat(6) : value;
}
