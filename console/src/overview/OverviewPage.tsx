import type { OverviewModel, OverviewReason } from '../api/types';
import { useResource } from '../api/useResource';
import { EffectShape } from '../decisions/Effect';
import { Link } from '../navigation/Link';
import { usePlace, withQuery } from '../navigation/location';
import { connectionWords } from '../people/PersonPage';
import { Failed, Loading, Outdated, Quoting } from '../states/States';
import { count, span } from '../time/format';
import { Time } from '../time/Time';
import { attention } from './attention';
import { SeriesChart } from './SeriesChart';
import { totals } from './series';

const windows: [string, string][] = [
  ['15m', '15 minutes'],
  ['1h', '1 hour'],
  ['24h', '24 hours'],
];

/** Is anything wrong now? The answer first, then what happened, then what it stands on. */
export function OverviewPage() {
  const place = usePlace();
  const window = place.query.get('window') ?? '1h';
  const { value, error, loading, reload } = useResource<OverviewModel>(`/overview?window=${encodeURIComponent(window)}`, 5);
  return (
    <main className="page" id="content">
      <header className="title">
        <h1>Overview</h1>
        <span className="push" />
        <nav className="segments" aria-label="Time shown">
          {windows.map(([name, words]) => (
            <Link key={name} className="segment" href={withQuery(place, { window: name === '1h' ? null : name })} aria-current={name === window ? 'true' : undefined}>
              {words}
            </Link>
          ))}
        </nav>
      </header>
      {error && !value ? <Failed error={error} retry={reload} /> : loading || !value ? <Loading rows={10} /> : (
        <>
          <Outdated error={error} retry={reload} />
          <Answer model={value} />
          <Decisions model={value} />
          <div className="columns">
            <Reasons model={value} />
            <Standing model={value} />
          </div>
        </>
      )}
    </main>
  );
}

function Answer({ model }: { model: OverviewModel }) {
  const list = attention(model, new Date(model.at));
  const bad = list.some((one) => one.level === 'bad');
  if (list.length === 0)
    return (
      <section className="verdict verdict-good">
        <h2>✓ Nothing needs attention</h2>
      </section>
    );
  return (
    <section className={bad ? 'verdict verdict-bad' : 'verdict verdict-warn'}>
      <h2>
        {bad ? '✕ Something is wrong' : '▲ Working, and to be looked after'}
      </h2>
      <ul>
        {list.map((one) => (
          <li key={`${one.at} ${one.words}`} className={`attention-${one.level}`}>
            <span aria-hidden="true" className="sign">
              {one.level === 'bad' ? '✕' : '▲'}
            </span>
            <span>
              {one.at && (
                <>
                  <code>{one.at}</code>{' '}
                </>
              )}
              {one.href ? <Link href={one.href}>{one.words}</Link> : <Quoting text={one.words} />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Decisions({ model }: { model: OverviewModel }) {
  const sum = totals(model.buckets);
  return (
    <section className="panel">
      <div className="figures figures-large">
        <Link className="figure" href="/live?effect=allow">
          <b className="numbers">{count(sum.allowed)}</b>
          <span>
            <EffectShape effect="allow" /> allowed
          </span>
        </Link>
        <Link className="figure" href="/live?effect=stepUp">
          <b className="numbers">{count(sum.stepUp)}</b>
          <span>
            <EffectShape effect="stepUp" /> stepped up
          </span>
        </Link>
        <Link className="figure" href="/live?effect=deny">
          <b className="numbers">{count(sum.denied)}</b>
          <span>
            <EffectShape effect="deny" /> denied
          </span>
        </Link>
        <Link className="figure" href="/live?observed=true">
          <b className="numbers">{count(sum.observed)}</b>
          <span>of these only observed</span>
        </Link>
        <span className="push" />
        <span className="quiet small counted">
          counted since <Time at={model.countedSince} as="clock" />
        </span>
      </div>
      <SeriesChart buckets={model.buckets} />
    </section>
  );
}

function Reasons({ model }: { model: OverviewModel }) {
  const greatest = Math.max(1, ...model.reasons.map((reason) => reason.count));
  return (
    <section className="panel">
      <h2>Why requests were stopped</h2>
      {model.reasons.length === 0 ? (
        <p className="quiet">None was in this time. Reasons appear here when a request is denied or stepped up.</p>
      ) : (
        <ul className="reasons">
          {model.reasons.map((reason) => (
            <li key={`${reason.basis} ${reason.reason}`}>
              <Link href={reasonHref(reason)}>{reason.reason}</Link>
              <span className="numbers">{count(reason.count)}</span>
              <meter className="meter" min={0} max={greatest} value={reason.count} aria-label={`${reason.reason}: ${reason.count}`} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The decisions that the reason counts: its words besides its basis. The rest, which has none, is everything that was stopped. */
function reasonHref({ basis, reason }: OverviewReason): string {
  if (!basis) return '/live?effect=stepUp%2Cdeny';
  return `/live?basis=${encodeURIComponent(basis)}&q=${encodeURIComponent(reason.slice(0, 200))}`;
}

function Standing({ model }: { model: OverviewModel }) {
  const open = model.connections.reduce((sum, one) => sum + one.count, 0);
  return (
    <section className="panel">
      <h2>What stands now</h2>
      <table className="table table-facts">
        <tbody>
          <tr>
            <th scope="row">Open connections</th>
            <td>
              <b className="numbers">{count(open)}</b>{' '}
              <span className="quiet">{model.connections.map((one) => `${connectionWords(one.kind)} ${count(one.count)}`).join(' · ')}</span>
            </td>
          </tr>
          {model.snapshots.map((point) => (
            <tr key={point.point}>
              <th scope="row">Trust at {point.point}</th>
              <td>
                {point.ageSeconds <= point.boundSeconds ? (
                  <span className="badge badge-good">✓ fresh</span>
                ) : (
                  <span className="badge badge-bad">✕ late</span>
                )}{' '}
                <span className="numbers">{point.ageSeconds < 2 ? `${Math.round(point.ageSeconds * 1000)} ms` : span(point.ageSeconds)}</span>{' '}
                <span className="quiet">
                  old, feed {count(point.sequence)}, denies past {span(point.boundSeconds)}
                </span>
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">People</th>
            <td>
              <Link href="/people">
                <b className="numbers">{count(model.people)}</b>
              </Link>
              {model.peopleWithoutSecondFactor > 0 && (
                <>
                  {' · '}
                  <Link href="/people?withoutMfa=true&disabled=false">{count(model.peopleWithoutSecondFactor)} without second factor</Link>
                </>
              )}
            </td>
          </tr>
          <tr>
            <th scope="row">Devices</th>
            <td>
              <Link href="/devices">
                <b className="numbers">{count(model.devices)}</b>
              </Link>
              {model.devicesNotCompliant > 0 && <>
                  {' · '}
                  <Link href="/devices?state=noncompliant%2Cstale">{count(model.devicesNotCompliant)} not compliant</Link>
                </>}
            </td>
          </tr>
          {model.certificates.map((certificate) => (
            <tr key={`${certificate.kind} ${certificate.subject}`}>
              <th scope="row">{certificate.deviceId ? <Link href={`/devices/${certificate.deviceId}`}>{certificate.subject}</Link> : certificate.subject}</th>
              <td>
                {certificate.kind} certificate ends <Time at={certificate.expiresAt} as="relative" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
