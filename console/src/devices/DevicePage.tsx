import { useState } from 'react';
import { Action, ReceiptPanel } from '../actions/Action';
import type { DeviceDetail, Receipt } from '../api/types';
import { useResource } from '../api/useResource';
import { useTitle } from '../frame/title';
import { useKeys } from '../navigation/keys';
import { Link } from '../navigation/Link';
import { back } from '../navigation/location';
import { Failed, Loading, Outdated } from '../states/States';
import { Time } from '../time/Time';
import { DeviceState } from './DeviceState';
import { Owner } from './Owner';
import { factWords } from './words';

/** One device: whether it is trusted, why, and how to end it. */
export function DevicePage({ id }: { id: string }) {
  const path = `/devices/${encodeURIComponent(id)}`;
  const { value, error, loading, reload } = useResource<DeviceDetail>(path, 10);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  useKeys({ Escape: () => back('/devices') });
  useTitle(value?.device.name);

  return (
    <main className="page" id="content">
      <p className="trail">
        <button type="button" className="button button-plain" onClick={() => back('/devices')}>
          ← Back
        </button>
      </p>
      {error && !value ? <Failed error={error} retry={reload} /> : loading || !value ? <Loading /> : (
        <>
          <Outdated error={error} retry={reload} />
          <Heading
            detail={value}
            path={path}
            onDone={(made) => {
              setReceipt(made);
              reload();
            }}
          />
          {receipt && <ReceiptPanel receipt={receipt} onClose={() => setReceipt(null)} />}
          <Reported detail={value} />
          <Certificates detail={value} />
        </>
      )}
    </main>
  );
}

function Heading({ detail: { device, enrolledAt, revokedAt, revokedBy }, path, onDone }: { detail: DeviceDetail; path: string; onDone: (receipt: Receipt) => void }) {
  return (
    <header className="answer">
      <div className="title">
        <h1>
          <bdi>{device.name}</bdi>
        </h1>
        <DeviceState state={device.state} />
        <span className="push" />
        <Link className="button" href={`/live?device=${encodeURIComponent(device.id)}`}>
          Decisions
        </Link>
        {device.state !== 'revoked' && (
          <Action operation="RevokeDevice" path={`${path}/revoke`} label="Revoke" title={`Revoke ${device.name}?`} danger onDone={onDone}>
            <p>Its certificates are not honoured any more, tokens bound to it end, and connections that need it are closed. To use it again it must be enrolled anew.</p>
          </Action>
        )}
      </div>
      {device.reasons.length > 0 && (
        <ul className="sentences">
          {device.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <dl className="facts">
        <div>
          <dt>Owner</dt>
          <dd>
            <Owner owner={device.owner} />
          </dd>
        </div>
        <div>
          <dt>Platform</dt>
          <dd>{device.platform}</dd>
        </div>
        <div>
          <dt>Enrolled</dt>
          <dd>
            <Time at={enrolledAt} otherwise="unknown" />
          </dd>
        </div>
        {revokedAt && (
          <div>
            <dt>Revoked</dt>
            <dd>
              <Time at={revokedAt} /> by {revokedBy}
            </dd>
          </div>
        )}
        <div>
          <dt>Reported</dt>
          <dd>
            <Time at={device.reportedAt} as="relative" />
          </dd>
        </div>
        <div>
          <dt>Stale</dt>
          <dd>
            <Time at={device.staleAt} as="relative" otherwise="—" />
          </dd>
        </div>
      </dl>
    </header>
  );
}

function Reported({ detail: { device, facts } }: { detail: DeviceDetail }) {
  return (
    <section>
      <div className="title">
        <h2>What it reported</h2>
        {device.reportedAt && (
          <span className="quiet small">
            every fact of one report, <Time at={device.reportedAt} as="relative" /> (<Time at={device.reportedAt} />)
          </span>
        )}
      </div>
      {facts.length === 0 ? (
        <p className="quiet">Nothing yet. The agent on the device reports after enrolment and then every few minutes.</p>
      ) : (
        <table className="table table-facts">
          <caption className="unseen">Facts of the last report, with their evidence</caption>
          <tbody>
            {facts.map((fact) => (
              <tr key={fact.name}>
                <th scope="row">{factWords(fact.name)}</th>
                <td>
                  <FactValue value={fact.value} />
                </td>
                <td className="quiet">{fact.evidence}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function FactValue({ value }: { value: string }) {
  if (value === 'yes') return <span className="badge badge-good">✓ yes</span>;
  if (value === 'no') return <span className="badge badge-bad">✕ no</span>;
  if (value === 'unknown') return <span className="badge badge-warn">? unknown</span>;
  return <>{value}</>;
}

function Certificates({ detail: { device, thumbprints } }: { detail: DeviceDetail }) {
  return (
    <section>
      <h2>Certificates that are honoured</h2>
      {thumbprints.length === 0 ? (
        <p className="quiet">None.</p>
      ) : (
        <>
          <p>
            The newest ends <Time at={device.certificateExpiresAt} as="relative" /> (<Time at={device.certificateExpiresAt} />
            ); the device renews it before.
          </p>
          <ul className="statements">
            {thumbprints.map((thumbprint) => (
              <li key={thumbprint}>
                <code>{thumbprint}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
