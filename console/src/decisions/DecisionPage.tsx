import type { DecisionDetail } from '../api/types';
import { useResource } from '../api/useResource';
import { useTitle } from '../frame/title';
import { useKeys } from '../navigation/keys';
import { Link } from '../navigation/Link';
import { back } from '../navigation/location';
import { Copyable } from '../states/Copy';
import { Failed, Loading, Quoting } from '../states/States';
import { things } from '../time/format';
import { Time } from '../time/Time';
import { ContextValues } from './ContextValues';
import { DecisionChain } from './DecisionChain';
import { Effect, effectWord } from './Effect';

/** One decision: the answer, why and what would change it, the chain from identity to record, then the raw record. */
export function DecisionPage({ reference }: { reference: string }) {
  const { value, error, loading, reload } = useResource<DecisionDetail>(`/decisions/${encodeURIComponent(reference)}`);
  useKeys({ Escape: () => back('/live') });
  useTitle(value && `${effectWord(value.summary.effect, value.summary.observed)} ${value.summary.method} ${value.summary.path}`);

  return (
    <main className="page" id="content">
      <p className="trail">
        <button type="button" className="button button-plain" onClick={() => back('/live')}>
          ← Back
        </button>
        <span className="quiet">
          Decision <Copyable text={reference} what="reference" />
        </span>
      </p>
      {error && !value ? <Failed error={error} retry={reload} /> : loading || !value ? <Loading /> : <Detail detail={value} />}
    </main>
  );
}

function Detail({ detail }: { detail: DecisionDetail }) {
  const { summary } = detail;
  return (
    <>
      <header className="answer">
        <h1>
          <Effect effect={summary.effect} observed={summary.observed} />{' '}
          <span className="answer-request">
            {summary.method} {summary.path}
          </span>
        </h1>
        <p className="answer-line">
          {summary.person ? <Link href={`/people/${encodeURIComponent(summary.person.id)}`}>{summary.person.name}</Link> : 'Nobody signed in'} on{' '}
          <Link href={`/routes?route=${encodeURIComponent(summary.route)}`}>{summary.route}</Link> ({summary.host}), <Time at={summary.at} /> ·{' '}
          <Time at={summary.at} as="relative" />
        </p>
        {summary.observed && <p className="note">The route only observes: this was recorded, and the request was forwarded.</p>}
      </header>
      <div className="columns">
        <section className="panel">
          <h2>Why</h2>
          <Why lines={detail.why} />
        </section>
        <section className="panel">
          <h2>What would change it</h2>
          {(detail.changes.length > 0 || !detail.validUntil) && (
            <Sentences lines={detail.changes} otherwise={summary.effect === 'allow' ? 'A change of trust or of a policy; time alone does not.' : 'A change of trust or of a policy.'} />
          )}
          {detail.validUntil && (
            <p>
              Time alone changes it at <Time at={detail.validUntil} /> (<Time at={detail.validUntil} as="relative" />
              ).
            </p>
          )}
        </section>
      </div>
      <section aria-labelledby="chain">
        <div className="title">
          <h2 id="chain">The chain</h2>
          <span className="quiet small">person, session and device as they are now; the record has them as they were</span>
        </div>
        <DecisionChain detail={detail} />
      </section>
      <ContextValues context={detail.context} missing={detail.missingContext} />
      {detail.audit.record != null && (
        <details className="panel">
          <summary>
            <h2>The record as written</h2>
          </summary>
          <pre className="record" tabIndex={0} aria-label="Audit record, JSON">
            {JSON.stringify(detail.audit.record, null, 2)}
          </pre>
        </details>
      )}
    </>
  );
}

/** What took part; what was looked at and did not apply is one click away. */
function Why({ lines }: { lines: string[] }) {
  const idle = lines.filter((line) => /does not apply\b/.test(line));
  const spoke = lines.filter((line) => !idle.includes(line));
  return (
    <>
      <Sentences lines={spoke} otherwise="No explanation is at hand." />
      {idle.length > 0 && (
        <details className="idle">
          <summary>{things(idle.length, 'layer or policy that did not apply', 'layers and policies that did not apply')}</summary>
          <Sentences lines={idle} otherwise="" />
        </details>
      )}
    </>
  );
}

function Sentences({ lines, otherwise }: { lines: string[]; otherwise: string }) {
  if (lines.length === 0) return <p className="quiet">{otherwise}</p>;
  return (
    <ul className="sentences">
      {lines.map((line) => (
        <li key={line}>
          <Quoting text={line} />
        </li>
      ))}
    </ul>
  );
}
