import type * as api from '../src/api/types.ts';

// Invented data for the preview: shaped by the same generated types as the console itself.

const routes = ['api', 'shop', 'legacy', 'console'];
const people: [string, string, string[]][] = [
  ['alice', 'Alice Adeyemi', ['engineers', 'admins']],
  ['bob', 'Bob Berg', ['engineers']],
  ['carol', 'Carol Castellanos', ['finance']],
  ['dmitri', 'Dmitri Dovzhenko', ['support']],
  ['eve', 'Eve Eriksson', ['contractors']],
  ['noor', 'نور <b>الهدى</b> (7)', ['قسم المبيعات']],
];
const paths = ['/orders', '/orders/8812', '/reports/2026/q3', '/stream/prices', '/accounts/42/statements', '/healthz', '/admin/export'];
const devices = ['compliant', 'compliant', 'compliant', 'noncompliant', 'stale', 'unmanaged'];
const refusals: [api.DecisionEffect, string, string][] = [
  ['deny', 'explicitDeny', 'Needs a managed device'],
  ['deny', 'implicitDeny', 'No policy allows it'],
  ['stepUp', 'controlsMissing', 'Needs a fresh second factor'],
  ['deny', 'explicitDeny', 'Not from this network'],
  ['deny', 'notAuthenticated', 'Nobody is signed in'],
];

let number = 1000;
let seed = 7;
/** A reproducible pseudo-random number below `below`. */
function pick(below: number): number {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return (seed >> 8) % below;
}

export function decision(at: Date): api.DecisionSummary {
  const [userName] = people[pick(people.length)]!;
  const refused = pick(9) === 0;
  const [effect, basis, reason] = refused ? refusals[pick(refusals.length)]! : (['allow', 'allowed', 'Allowed by engineers.json'] as const);
  const route = routes[pick(routes.length)]!;
  const state = devices[pick(devices.length)]!;
  const anonymous = basis === 'notAuthenticated';
  const method = pick(4) === 0 ? 'POST' : 'GET';
  return {
    reference: `01JD${(number++).toString(36).toUpperCase().padStart(8, '0')}`,
    at: at.toISOString(),
    effect,
    observed: refused && route === 'legacy',
    basis,
    reason,
    route,
    host: `${route}.nullius.localhost`,
    method,
    path: paths[pick(paths.length)]!,
    action: `${route}:${method}`,
    person: anonymous ? null : { id: `p-${userName}`, name: userName },
    sessionKind: anonymous ? null : 'browser',
    device: anonymous ? null : { id: state === 'unmanaged' ? null : `d-${userName}`, name: state === 'unmanaged' ? '' : `${userName}-laptop`, state },
    address: `203.0.113.${pick(250)}`,
  };
}

const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString();

export function personSummaries(): api.PersonSummary[] {
  return people.map(([userName, displayName, groups], index) => ({
    id: `p-${userName}`,
    userName,
    displayName,
    disabled: userName === 'eve',
    groups,
    hasSecondFactor: index < 3,
    factors: index === 0 ? ['totp', 'passkey'] : index < 3 ? ['totp'] : [],
    risk: index === 3 ? 'medium' : index === 4 ? null : 'none',
    sessions: index < 3 ? 3 - index : 0,
    connections: index === 0 ? 4 : 0,
    lastSeenAt: index < 4 ? minutes(-index * 90 - 0.2) : null,
  }));
}

export function deviceSummaries(): api.DeviceSummary[] {
  const states = ['compliant', 'noncompliant', 'stale', 'compliant', 'revoked', 'stale'];
  return people.map(([userName], index) => ({
    id: `d-${userName}`,
    name: `${userName}-laptop`,
    platform: index % 2 ? 'macOS' : 'linux',
    owner: { id: `p-${userName}`, name: userName },
    state: states[index]!,
    reasons: index === 1 ? ['the disk is not encrypted', 'the firewall is off'] : index === 2 ? ['the last report is 26 h old'] : [],
    reportedAt: minutes(-3 - index * 400),
    staleAt: minutes(1437 - index * 400),
    certificateExpiresAt: index === 4 ? null : minutes(60 * 24 * (12 + index * 20)),
    connections: index === 0 ? 4 : 0,
  }));
}

export function person(id: string): api.PersonDetail | null {
  const found = personSummaries().find((one) => one.id === id || one.userName === id);
  if (!found) return null;
  const session = (index: number, over: Partial<api.SessionSummary>): api.SessionSummary => ({
    id: `s-${found.userName}-${index}`,
    kind: 'browser',
    methods: ['pwd', 'otp'],
    createdAt: minutes(-240),
    authenticatedAt: minutes(-120),
    mfaAt: minutes(-120),
    lastSeenAt: minutes(-1),
    expiresAt: minutes(360),
    hosts: ['auth.nullius.localhost', 'api.nullius.localhost'],
    scopes: [],
    address: '203.0.113.20',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
    boundDeviceId: null,
    connections: 2,
    current: false,
    ...over,
  });
  return {
    person: found,
    tags: { CostCenter: '4711', Department: 'platform' },
    sessions: [
      session(1, { current: found.userName === 'alice' }),
      session(2, { methods: ['hwk'], userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18) Safari/604.1', address: '198.51.100.9' }),
      session(3, { kind: 'token', methods: ['x5t'], hosts: [], scopes: ['api:GET'], userAgent: 'curl/8.9', boundDeviceId: `d-${found.userName}`, connections: 0 }),
    ].slice(0, found.sessions),
    connections: (['webSocket', 'serverSentEvents', 'grpc', 'request'] as const).slice(0, found.connections).map((kind, index) => ({
      id: `01JDCONN${index}`,
      kind,
      route: 'api',
      path: ['/ws', '/stream/prices', '/demo.Prices/Watch', '/export.zip'][index]!,
      openedAt: minutes(-index * 12 - 1),
      sessionId: `s-${found.userName}-1`,
      deviceId: `d-${found.userName}`,
      validUntil: index === 1 ? minutes(20) : null,
    })),
    devices: deviceSummaries().filter((device) => device.owner.id === found.id),
  };
}

export function device(id: string): api.DeviceDetail | null {
  const found = deviceSummaries().find((one) => one.id === id);
  if (!found) return null;
  return {
    device: found,
    enrolledAt: minutes(-60 * 24 * 60),
    facts: [
      { name: 'os', value: 'Debian GNU/Linux 12', evidence: '/etc/os-release' },
      { name: 'osPatched', value: 'yes', evidence: 'no security update is waiting' },
      { name: 'diskEncryption', value: found.state === 'noncompliant' ? 'no' : 'yes', evidence: '/dev/nvme0n1p3' },
      { name: 'firewall', value: found.state === 'noncompliant' ? 'no' : 'yes', evidence: 'nft list ruleset' },
      { name: 'screenLock', value: 'unknown', evidence: 'no session bus' },
      { name: 'endpointProtection', value: 'yes', evidence: 'clamd, pid 812' },
    ],
    revokedAt: found.state === 'revoked' ? minutes(-600) : null,
    revokedBy: found.state === 'revoked' ? 'alice' : null,
    thumbprints: found.state === 'revoked' ? [] : ['a3f1'.repeat(16)],
  };
}

export function overview(window: string): api.OverviewModel {
  const [length, buckets] = window === '15m' ? [15, 60] : window === '24h' ? [1440, 96] : [60, 60];
  const seconds = (length * 60) / buckets;
  return {
    at: minutes(0),
    countedSince: minutes(-length),
    bucketSeconds: seconds,
    buckets: Array.from({ length: buckets }, (_, index) => {
      const wave = 60 + 40 * Math.sin(index / 7) + pick(30);
      const attack = index > 38 && index < 44 ? 45 : 0;
      return { at: minutes(-length + (index * seconds) / 60), allowed: Math.round(wave), stepUp: pick(6), denied: pick(7) + attack, observed: pick(3) };
    }),
    reasons: [
      { basis: 'explicitDeny', reason: 'Needs a managed device', count: 214 },
      { basis: 'controlsMissing', reason: 'Needs a fresh second factor', count: 148 },
      { basis: 'implicitDeny', reason: 'No policy allows it', count: 61 },
      { basis: 'notAuthenticated', reason: 'Nobody is signed in', count: 33 },
    ],
    connections: [
      { kind: 'webSocket', count: 412 },
      { kind: 'serverSentEvents', count: 38 },
      { kind: 'grpc', count: 12 },
    ],
    snapshots: [{ point: 'this gate', ageSeconds: 0.21, boundSeconds: 10, sequence: 18231 }],
    certificates: [
      { kind: 'server', subject: '*.nullius.localhost', expiresAt: minutes(60 * 24 * 21), state: 'valid', deviceId: null },
      { kind: 'device', subject: 'bob-laptop', expiresAt: minutes(60 * 24 * 2), state: 'expiring', deviceId: 'd-bob' },
    ],
    policyErrors: [{ message: 'policies/finance.json:14: unknown operator `StringEqual`: expected `StringEquals` or another condition operator' }],
    people: 5,
    peopleWithoutSecondFactor: 2,
    devices: 5,
    devicesNotCompliant: 3,
  };
}

export function routeList(): api.RouteList {
  const route = (over: Partial<api.RouteSummary>): api.RouteSummary => ({
    name: 'api',
    host: 'api.nullius.localhost',
    paths: ['/'],
    upstream: 'https://127.0.0.1:9443',
    mode: 'enforce',
    enforceForGroups: [],
    granting: 'aws',
    clientCertificate: 'request',
    maxSnapshotAgeSeconds: 10,
    durableSync: false,
    policies: [
      { kind: 'guardrail', source: 'policies/scp-root.json', who: [], at: 'nullius.yaml:61' },
      { kind: 'identity', source: 'policies/engineers.json', who: ['group engineers'], at: 'nullius.yaml:48' },
      { kind: 'boundary', source: 'policies/boundary.json', who: ['group contractors'], at: 'nullius.yaml:53' },
      { kind: 'conditionalAccess', source: 'policies/require-mfa.json', who: [], at: 'nullius.yaml:66' },
    ],
    counts: { allowed: 18231, stepUp: 148, denied: 308, observed: 0 },
    observedReasons: [],
    countedSince: minutes(-340),
    connections: 412,
    health: 'answering',
    healthDetail: null,
    at: 'nullius.yaml:21',
    ...over,
  });
  return {
    items: [
      route({}),
      route({ name: 'shop', host: 'shop.nullius.localhost', upstream: 'http://127.0.0.1:9080', enforceForGroups: ['engineers'], at: 'nullius.yaml:29', connections: 3, counts: { allowed: 812, stepUp: 4, denied: 40, observed: 31 }, observedReasons: [{ basis: 'implicitDeny', reason: 'No policy allows it', count: 29 }, { basis: 'controlsMissing', reason: 'Needs a fresh second factor', count: 2 }] }),
      route({ name: 'legacy', host: 'legacy.nullius.localhost', mode: 'observe', health: 'failing', healthDetail: 'The connection to 127.0.0.1:9090 was refused 12 s ago.', at: 'nullius.yaml:35', connections: 0, policies: [], granting: 'authenticated', counts: { allowed: 77, stepUp: 0, denied: 22, observed: 22 }, observedReasons: [{ basis: 'explicitDeny', reason: 'Needs a managed device', count: 22 }] }),
      route({ name: 'console', host: 'console.nullius.localhost', upstream: null, health: 'inProcess', at: 'nullius.yaml:41', connections: 1, durableSync: true, counts: { allowed: 412, stepUp: 2, denied: 1, observed: 0 } }),
    ],
  };
}

export function detail(summary: api.DecisionSummary): api.DecisionDetail {
  const name = summary.person?.name ?? '';
  const allowed = summary.effect === 'allow';
  return {
    summary,
    resource: `arn:nullius:${summary.route}::000000000000:${summary.path}`,
    identity: summary.person
      ? { id: summary.person.id, userName: name, displayName: people.find(([one]) => one === name)?.[1] ?? name, principal: `arn:aws:iam::000000000000:user/${name}`, disabled: false, groups: ['engineers'], tags: { Device: 'unmanaged' }, hasSecondFactor: true }
      : null,
    session: summary.person
      ? { id: `s-${name}-1`, kind: 'browser', methods: ['pwd', 'otp'], createdAt: minutes(-240), authenticatedAt: minutes(-120), mfaAt: minutes(-120), expiresAt: minutes(360), address: summary.address, userAgent: null }
      : null,
    device: summary.device ? { id: summary.device.id ?? null, name: summary.device.name, platform: 'linux', state: summary.device.state, reportedAt: minutes(-4), staleAt: minutes(900), facts: { diskEncryption: 'yes', firewall: 'no' } } : null,
    risk: { user: 'none', network: 'public' },
    statements: allowed
      ? [{ layer: 'identity', source: 'policies/engineers.json', line: 5, id: 'ReadOrders', title: null, effect: 'allow' }]
      : [
          { layer: 'identity', source: 'policies/engineers.json', line: 5, id: 'ReadOrders', title: null, effect: 'allow' },
          { layer: 'guardrail', source: 'policies/scp-root.json', line: 18, id: 'DenyUnmanagedDevices', title: null, effect: summary.effect === 'stepUp' ? 'challenge' : 'deny' },
        ],
    blockedBy: allowed ? [] : ['guardrail'],
    requiredControls: summary.effect === 'stepUp' ? [{ policy: 'require-mfa.json', controls: ['mfa', 'compliantDevice'], all: false }] : [],
    missingContext: [],
    reportOnly: [{ policy: 'block-legacy-clients.json', result: 'notApplied' }],
    validUntil: allowed ? minutes(45) : null,
    context: [
      { key: 'aws:MultiFactorAuthPresent', state: 'present', values: ['true'] },
      { key: 'aws:MultiFactorAuthAge', state: 'present', values: ['7201'] },
      { key: 'nullius:DeviceState', state: 'present', values: [summary.device?.state ?? 'unmanaged'] },
      { key: 'aws:SourceIp', state: 'present', values: [summary.address] },
    ],
    why: allowed
      ? ['The statement ReadOrders of policies/engineers.json allows api:GET, and nothing denies it.']
      : ['The guardrail DenyUnmanagedDevices denies every action from a device that is not compliant.', 'The device is ' + (summary.device?.state ?? 'unmanaged') + '.', 'An explicit deny wins over the allow of ReadOrders.'],
    changes: allowed ? ['It would be denied if the device stopped being compliant.'] : ['The same request from a compliant device would be allowed.'],
    audit: { reference: summary.reference, sequence: 88121, record: { class_uid: 6003, metadata: { uid: summary.reference }, status: allowed ? 'Success' : 'Failure' } },
    completion: allowed ? { status: 200, bytesSent: 18231, milliseconds: 12.4, closedBecause: null } : null,
  };
}

export function me(): api.MeModel {
  const names = ['WhoAmI', 'ReadOverview', 'StreamDecisions', 'ListDecisions', 'ReadDecision', 'ListPeople', 'CreatePerson', 'ReadPerson', 'RevokeSession', 'RevokeAllSessions', 'EndConnection', 'EnablePerson', 'DisablePerson', 'ListDevices', 'ReadDevice', 'CreateEnrolmentCode', 'RevokeDevice', 'ListRoutes'];
  return {
    id: 'p-alice', userName: 'alice', displayName: 'Alice Adeyemi', groups: ['engineers', 'admins'], sessionId: 's-alice-1', methods: ['pwd', 'otp'],
    authenticatedAt: minutes(-120), mfaAt: minutes(-120), expiresAt: minutes(360), device: { id: 'd-alice', name: 'alice-laptop', state: 'compliant' },
    signOut: 'https://auth.nullius.localhost:8443/sign-out', account: 'https://auth.nullius.localhost:8443/account',
    operations: names.map((operation) => ({
      operation, words: operation, effect: operation === 'RevokeDevice' ? 'deny' : operation === 'DisablePerson' ? 'stepUp' : 'allow',
      reasons: operation === 'RevokeDevice' ? ['Only device administrators may revoke devices.'] : [],
    })),
  };
}

export function receipt(action: string, subject: string): api.Receipt {
  return { action, subject, at: minutes(0), sequence: 18232, sessionsEnded: 1, connectionsClosed: 2, connectionsOpen: 0, milliseconds: 4.2, reference: '01JDACT000042' };
}
