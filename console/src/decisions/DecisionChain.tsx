import type { ReactNode } from 'react';
import type { DecisionDetail, DecisionStatement } from '../api/types';
import { DeviceState } from '../devices/DeviceState';
import { factWords } from '../devices/words';
import { Link } from '../navigation/Link';
import { proofWords } from '../people/words';
import { Copyable } from '../states/Copy';
import { bytes, count } from '../time/format';
import { Time } from '../time/Time';
import { Effect } from './Effect';

/** From identity to audit record: what each step of the gate found. */
export function DecisionChain({ detail }: { detail: DecisionDetail }) {
  return (
    <ol className="chain">
      <Identity detail={detail} />
      <Session detail={detail} />
      <Device detail={detail} />
      <Risk detail={detail} />
      <Statements detail={detail} />
      <Outcome detail={detail} />
      <Audit detail={detail} />
    </ol>
  );
}

function Step({ title, headline, children }: { title: string; headline: ReactNode; children?: ReactNode }) {
  return (
    <li className="step">
      <h3>{title}</h3>
      <div className="step-body">
        <p className="step-headline">{headline}</p>
        {children}
      </div>
    </li>
  );
}

function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Identity({ detail: { identity } }: { detail: DecisionDetail }) {
  if (!identity) return <Step title="Identity" headline={<span className="quiet">Nobody: the request carried no session that is honoured.</span>} />;
  const tags = Object.entries(identity.tags);
  return (
    <Step
      title="Identity"
      headline={
        <>
          <Link href={`/people/${encodeURIComponent(identity.id)}`}>{identity.displayName || identity.userName}</Link> <code>{identity.principal}</code>
        </>
      }
    >
      <Facts
        facts={[
          ['Groups', identity.groups.join(', ') || 'none'],
          ['Second factor', identity.hasSecondFactor ? 'enrolled' : 'none enrolled'],
          ...(identity.disabled ? ([['State', 'disabled']] as [string, ReactNode][]) : []),
          ...(tags.length > 0 ? ([['Tags', tags.map(([name, value]) => `${name}=${value}`).join(', ')]] as [string, ReactNode][]) : []),
        ]}
      />
    </Step>
  );
}

function Session({ detail: { session, summary } }: { detail: DecisionDetail }) {
  if (!session && summary.sessionKind) return <Step title="Session" headline={<span className="quiet">A {summary.sessionKind} session that has ended since.</span>} />;
  if (!session) return <Step title="Session" headline={<span className="quiet">None</span>} />;
  return (
    <Step title="Session" headline={<>{proofWords(session.methods) || session.kind}</>}>
      <Facts
        facts={[
          ['Kind', session.kind],
          ['Signed in', <Time key="t" at={session.authenticatedAt} as="relative" />],
          ['Second factor', <Time key="t" at={session.mfaAt} as="relative" otherwise="not used" />],
          ['Ends', <Time key="t" at={session.expiresAt} as="relative" />],
          ['Session', <code key="c">{session.id}</code>],
        ]}
      />
    </Step>
  );
}

function Device({ detail: { device } }: { detail: DecisionDetail }) {
  if (!device) return <Step title="Device" headline={<DeviceState state="unmanaged" />} />;
  return (
    <Step
      title="Device"
      headline={
        <>
          {device.id ? <Link href={`/devices/${encodeURIComponent(device.id)}`}>{device.name || device.id}</Link> : device.name} <DeviceState state={device.state} />
        </>
      }
    >
      <Facts
        facts={[
          ['Reported', <Time key="t" at={device.reportedAt} as="relative" />],
          ...(device.platform ? ([['Platform', device.platform]] as [string, ReactNode][]) : []),
          ...Object.entries(device.facts).map(([name, value]): [string, ReactNode] => [factWords(name), value]),
        ]}
      />
    </Step>
  );
}

function Risk({ detail: { risk, summary } }: { detail: DecisionDetail }) {
  return (
    <Step title="Risk" headline={risk.user ? `The person's risk is ${risk.user}` : "The person's risk could not be established"}>
      <Facts
        facts={[
          ['Network', risk.network ?? 'unknown'],
          ['Address', <span key="a" className="numbers">{summary.address}</span>],
        ]}
      />
    </Step>
  );
}

const layerWords: Record<string, string> = {
  guardrail: 'Guardrail (SCP)',
  resourceControl: 'Resource control (RCP)',
  endpoint: 'Endpoint policy',
  resource: 'Resource policy',
  identity: 'Identity policy',
  boundary: 'Permissions boundary',
  session: 'Session policy',
  conditionalAccess: 'Conditional Access',
};

const reportWords: Record<string, string> = {
  notApplied: 'would not have applied',
  success: 'would have been satisfied',
  failure: 'would have blocked the request',
  interrupted: 'would have asked for more proof',
};

function Statements({ detail }: { detail: DecisionDetail }) {
  const { statements } = detail;
  const headline = statements.length === 0 ? 'No statement applied' : statements.length === 1 ? 'One statement decided' : `${statements.length} statements decided`;
  return (
    <Step title="Policies" headline={headline}>
      {statements.length > 0 && (
        <ul className="statements">
          {statements.map((statement) => (
            <Statement key={`${statement.source}:${statement.line}:${statement.id}`} statement={statement} />
          ))}
        </ul>
      )}
      {detail.blockedBy.length > 0 && <p>Did not allow: {detail.blockedBy.map((layer) => layerWords[layer] ?? layer).join(', ')}.</p>}
      {detail.missingContext.length > 0 && <p>Could not be established: {detail.missingContext.join(', ')}.</p>}
      {detail.reportOnly.map((outcome) => (
        <p key={outcome.policy} className="quiet">
          Report-only <code>{outcome.policy}</code>: {reportWords[outcome.result] ?? outcome.result}
        </p>
      ))}
    </Step>
  );
}

function Statement({ statement }: { statement: DecisionStatement }) {
  const effect = statement.effect === 'challenge' ? 'stepUp' : statement.effect === 'allow' ? 'allow' : 'deny';
  return (
    <li>
      <Effect effect={effect} only="shape" /> <b title={statement.id}>{statement.title ?? statement.id}</b> <span className="quiet">{layerWords[statement.layer] ?? statement.layer}</span>{' '}
      <code>
        {statement.source}
        {statement.line > 0 && `:${statement.line}`}
      </code>
    </li>
  );
}

function Outcome({ detail }: { detail: DecisionDetail }) {
  const { summary, requiredControls, completion } = detail;
  return (
    <Step
      title="Effect"
      headline={
        <>
          <Effect effect={summary.effect} observed={summary.observed} /> {summary.reason}
        </>
      }
    >
      <Facts
        facts={[
          ['Action', <code key="a">{summary.action}</code>],
          ['Resource', detail.resource ? <code key="r">{detail.resource}</code> : 'in the record'],
          ...requiredControls.map((one): [string, ReactNode] => ['Asked for', `${one.controls.join(one.all ? ' and ' : ' or ')} (${one.policy})`]),
          ...(completion
            ? ([
                ['Answer', `status ${completion.status}, ${bytes(completion.bytesSent)} in ${completion.milliseconds.toFixed(1)} ms`],
                ...(completion.closedBecause && completion.closedBecause !== 'completed' ? [['Closed', completion.closedBecause]] : []),
              ] as [string, ReactNode][])
            : []),
        ]}
      />
    </Step>
  );
}

function Audit({ detail: { audit } }: { detail: DecisionDetail }) {
  return (
    <Step title="Audit record" headline={<Copyable text={audit.reference} what="reference of the audit record" />}>
      <Facts
        facts={[
          ['Position', audit.sequence != null ? count(audit.sequence) : 'not known here'],
          ['Verify', <code key="v">nullius audit verify</code>],
        ]}
      />
    </Step>
  );
}
