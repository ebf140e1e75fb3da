import { useState } from 'react';
import { Action, ReceiptPanel } from '../actions/Action';
import type { ConnectionSummary, DeviceSummary, PersonDetail, Receipt, SessionSummary } from '../api/types';
import { useResource } from '../api/useResource';
import { DeviceState } from '../devices/DeviceState';
import { useTitle } from '../frame/title';
import { useKeys } from '../navigation/keys';
import { TableSection } from '../lists/Table';
import { Link } from '../navigation/Link';
import { back, go } from '../navigation/location';
import { Failed, Loading, Outdated } from '../states/States';
import { count, things } from '../time/format';
import { Time } from '../time/Time';
import { Delete } from './Delete';
import { Groups } from './Groups';
import { Risk } from './Risk';
import { browserWords, factorWords, proofWords } from './words';

/** One person: who they are to the policies, what is trusted because of them, and how to end it. */
export function PersonPage({ id }: { id: string }) {
  const path = `/people/${encodeURIComponent(id)}`;
  const { value, error, loading, reload } = useResource<PersonDetail>(path, 5);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  useKeys({ Escape: () => back('/people') });
  useTitle(value && (value.person.displayName || value.person.userName));
  const done = (made: Receipt) => {
    setReceipt(made);
    if (made.action !== 'DeletePerson') reload();
  };
  const gone = receipt?.action === 'DeletePerson';

  return (
    <main className="page" id="content">
      <p className="trail">
        <button type="button" className="button button-plain" onClick={() => back('/people')}>
          ← Back
        </button>
      </p>
      {gone ? (
        <>
          <h1>
            <bdi>{value?.person.userName}</bdi>
          </h1>
          <ReceiptPanel receipt={receipt} onClose={() => go('/people')} />
        </>
      ) : error && !value ? <Failed error={error} retry={reload} /> : loading || !value ? <Loading /> : (
        <>
          <Outdated error={error} retry={reload} />
          <Heading detail={value} path={path} onDone={done} />
          {receipt && <ReceiptPanel receipt={receipt} onClose={() => setReceipt(null)} />}
          <Sessions detail={value} path={path} onDone={done} />
          <Connections detail={value} path={path} onDone={done} />
          <Devices detail={value} />
        </>
      )}
    </main>
  );
}

type Part = { detail: PersonDetail; path: string; onDone: (receipt: Receipt) => void };

function Heading({ detail, path, onDone }: Part) {
  const { person, tags } = detail;
  const name = person.displayName || person.userName;
  return (
    <header className="answer">
      <div className="title">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <span className="quiet">
          <bdi>{person.userName}</bdi>
        </span>
        {person.disabled && <span className="badge badge-bad">✕ disabled</span>}
        {!person.hasSecondFactor && <span className="badge badge-warn">▲ no second factor</span>}
        <span className="push" />
        <Link className="button" href={`/live?person=${encodeURIComponent(person.userName)}`}>
          Decisions
        </Link>
        {person.disabled ? (
          <Action operation="EnablePerson" path={`${path}/enable`} label="Enable" title={`Enable ${name}?`} onDone={onDone}>
            <p>They can sign in again. Sessions that ended stay ended.</p>
          </Action>
        ) : (
          <Action operation="DisablePerson" path={`${path}/disable`} label="Disable" title={`Disable ${name}?`} danger onDone={onDone}>
            <p>
              {things(person.sessions, 'session ends', 'sessions end')} and {things(person.connections, 'open connection is', 'open connections are')} closed within
              milliseconds. They cannot sign in until they are enabled again.
            </p>
          </Action>
        )}
        <Delete detail={detail} path={path} onDone={onDone} />
      </div>
      <dl className="facts">
        <div>
          <dt>Groups</dt>
          <dd>
            {person.groups.join(', ') || 'none'} <Groups person={person} path={path} onDone={onDone} />
          </dd>
        </div>
        <div>
          <dt>Second factor</dt>
          <dd>{person.factors.map(factorWords).join(', ') || (person.hasSecondFactor ? 'enrolled' : 'none')}</dd>
        </div>
        <div>
          <dt>Risk</dt>
          <dd>
            <Risk risk={person.risk} />
          </dd>
        </div>
        <div>
          <dt>Last seen</dt>
          <dd>
            <Time at={person.lastSeenAt} as="relative" />
          </dd>
        </div>
        {Object.entries(tags).map(([tag, value]) => (
          <div key={tag}>
            <dt>Tag {tag}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

function Sessions({ detail, path, onDone }: Part) {
  const { sessions } = detail;
  return (
    <TableSection<SessionSummary>
      title="Sessions"
      otherwise="None. A session begins when they sign in."
      tools={
        <Action operation="RevokeAllSessions" path={`${path}/sessions/revoke`} label="Revoke all" title="End every session?" danger onDone={onDone}>
          <p>{sessions.length === 1 ? "The one session ends" : `All ${count(sessions.length)} sessions, tokens and keys end`}, and every connection over {sessions.length === 1 ? "it" : "them"} is closed. They can sign in again.</p>
        </Action>
      }
      items={sessions}
      id={(session) => session.id}
      columns={[
        { name: 'Session', cell: (session) => <SessionName session={session} /> },
        { name: 'Proved by', cell: (session) => proofWords(session.methods) || <span className="quiet">nothing yet</span> },
        { name: 'Signed in', cell: (session) => <Time at={session.authenticatedAt} as="relative" /> },
        { name: 'Last seen', cell: (session) => <Time at={session.lastSeenAt} as="relative" /> },
        { name: 'Ends', cell: (session) => <Time at={session.expiresAt} as="relative" /> },
        { name: 'Open', number: true, cell: (session) => count(session.connections) },
        {
          name: 'Actions',
          actions: true,
          cell: (session) => (
            <Action
              operation="RevokeSession"
              path={`${path}/sessions/${encodeURIComponent(session.id)}/revoke`}
              label="Revoke"
              title="End this session?"
              danger
              small
              about={`${sessionWords(session)}${session.address ? ` from ${session.address}` : ''}`}
              onDone={onDone}
            >
              <p>
                {session.current && <b>This is the session over which you are looking at this page: you will have to sign in again. </b>}
                Its next request is refused and {things(session.connections, 'open connection is', 'open connections are')} closed within milliseconds.
              </p>
            </Action>
          ),
        },
      ]}
    />
  );
}

function sessionWords(session: SessionSummary): string {
  return session.kind === 'token' ? 'Token' : session.kind === 'apikey' ? 'API key' : browserWords(session.userAgent);
}

function SessionName({ session }: { session: SessionSummary }) {
  return (
    <>
      {sessionWords(session)} {session.current && <span className="badge badge-plain">yours, now</span>}
      <div className="quiet small">
        {session.address && <span className="numbers">{session.address}</span>}
        {session.hosts.length > 0 && ` · ${session.hosts.join(', ')}`}
        {session.scopes.length > 0 && ` · only ${session.scopes.join(', ')}`}
        {session.boundDeviceId && (
          <>
            {' · bound to '}
            <Link href={`/devices/${encodeURIComponent(session.boundDeviceId)}`}>a device</Link>
          </>
        )}
      </div>
    </>
  );
}

const kinds: Record<string, string> = {
  webSocket: 'WebSocket',
  serverSentEvents: 'Event stream',
  grpc: 'gRPC stream',
  request: 'Request or download',
  tunnel: 'Tunnel',
};

export function connectionWords(kind: string): string {
  return kinds[kind] ?? kind;
}

function Connections({ detail, path, onDone }: Part) {
  const { connections, sessions, devices } = detail;
  const session = (connection: ConnectionSummary) => sessions.find((one) => one.id === connection.sessionId);
  return (
    <TableSection<ConnectionSummary>
      title="Open connections"
      otherwise="None. WebSockets, event streams, gRPC streams and downloads appear here while they are open."
      items={connections}
      id={(connection) => connection.id}
      columns={[
        { name: 'Connection', cell: (connection) => <Link href={`/decisions/${encodeURIComponent(connection.id)}`}>{connectionWords(connection.kind)}</Link> },
        { name: 'Route', cell: (connection) => connection.route },
        { name: 'Path', cell: (connection) => <code>{connection.path}</code> },
        { name: 'Over', cell: (connection) => <Over connection={connection} session={session(connection)} devices={devices} /> },
        { name: 'Open since', cell: (connection) => <Time at={connection.openedAt} as="relative" /> },
        { name: 'Decided anew', cell: (connection) => <Time at={connection.validUntil} as="relative" otherwise="when trust changes" /> },
        {
          name: 'Actions',
          actions: true,
          cell: (connection) => {
            const about = `${connectionWords(connection.kind)} to ${connection.route}${connection.path}`;
            return (
              <>
                <Action
                  operation="EndConnection"
                  path={`${path}/connections/${encodeURIComponent(connection.id)}/end`}
                  label="Close"
                  title={`Close this ${connectionWords(connection.kind)} alone?`}
                  danger
                  small
                  about={about}
                  onDone={onDone}
                >
                  <p>Only this connection is closed. The session on which it stands remains, and its client may open the connection again at once. To keep it from that, end the session.</p>
                </Action>{' '}
                {connection.sessionId && (
                  <Action
                    operation="RevokeSession"
                    path={`${path}/sessions/${encodeURIComponent(connection.sessionId)}/revoke`}
                    label="End session"
                    title={`End this ${connectionWords(connection.kind)} and its session?`}
                    danger
                    small
                    about={about}
                    onDone={onDone}
                  >
                    <p>
                      {session(connection)?.current && <b>This is the session over which you are looking at this page: you will have to sign in again. </b>}
                      A client opens a closed connection again at once, so its session ends with it, and so{' '}
                      {connections.filter((one) => one.sessionId === connection.sessionId).length > 1
                        ? `do all ${count(connections.filter((one) => one.sessionId === connection.sessionId).length)} connections of that session`
                        : 'does nothing else that is listed here'}
                      . They can sign in again.
                    </p>
                  </Action>
                )}
              </>
            );
          },
        },
      ]}
    />
  );
}

/** The session and the device on which a connection stands. */
function Over({ connection, session, devices }: { connection: ConnectionSummary; session: SessionSummary | undefined; devices: DeviceSummary[] }) {
  const device = devices.find((one) => one.id === connection.deviceId);
  return (
    <>
      {session ? sessionWords(session) : <span className="quiet">a session that has ended</span>}
      {connection.deviceId && (
        <div className="small">
          <Link href={`/devices/${encodeURIComponent(connection.deviceId)}`}>
            <bdi>{device?.name ?? connection.deviceId}</bdi>
          </Link>
        </div>
      )}
    </>
  );
}

function Devices({ detail: { devices } }: { detail: PersonDetail }) {
  return (
    <section>
      <div className="title">
        <h2>Devices</h2>
        <span className="quiet numbers">{count(devices.length)}</span>
      </div>
      {devices.length === 0 ? (
        <p className="quiet">
          None enrolled. <Link href="/devices?enrol=true">Make an enrolment code</Link> to add one.
        </p>
      ) : (
        <ul className="cards">
          {devices.map((device) => (
            <li key={device.id} className="card">
              <Link href={`/devices/${encodeURIComponent(device.id)}`}>{device.name}</Link> <DeviceState state={device.state} />
              <div className="quiet small">
                {device.platform} · reported <Time at={device.reportedAt} as="relative" />
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
