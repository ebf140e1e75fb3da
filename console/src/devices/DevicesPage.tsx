import { useEffect, useRef, useState } from 'react';
import { act, ApiError } from '../api/client';
import type { DeviceSummary, EnrolmentCode, PageOfDeviceSummary } from '../api/types';
import { useResource } from '../api/useResource';
import { useMe } from '../frame/me';
import { SearchField, useRows } from '../lists/lists';
import { Link } from '../navigation/Link';
import { go, usePlace, withQuery } from '../navigation/location';
import { Pages } from '../people/PeoplePage';
import { Empty, Failed, Loading, Outdated } from '../states/States';
import { count } from '../time/format';
import { Time } from '../time/Time';
import { DeviceState } from './DeviceState';

/** Devices with their state, and enrolment of a new one. */
export function DevicesPage() {
  const place = usePlace();
  const search = useRef<HTMLInputElement>(null);
  const text = place.query.get('q') ?? '';
  const state = place.query.get('state') ?? '';
  const after = place.query.get('after');
  const query = new URLSearchParams();
  if (text) query.set('q', text);
  if (state) query.set('state', state);
  if (after) query.set('after', after);
  const { value, error, loading, reload } = useResource<PageOfDeviceSummary>(`/devices?${query}`, 15);
  const devices = value?.items ?? [];
  const open = (device: DeviceSummary) => `/devices/${encodeURIComponent(device.id)}`;
  const rows = useRows(devices, open, search);
  const enrolling = place.query.get('enrol') === 'true';

  return (
    <main className="page" id="content">
      <header className="title">
        <h1>Devices</h1>
        {value && <span className="quiet numbers">{count(value.total)}</span>}
        <span className="push" />
        <Link className="button button-accent" href={withQuery(place, { enrol: enrolling ? null : 'true' })}>
          Enrol a device
        </Link>
      </header>
      {enrolling && <Enrol />}
      <search className="filters">
        <SearchField field={search} text={text} placeholder="Name or owner" />
        <select className="field" aria-label="State" value={state} onChange={(event) => go(withQuery(place, { state: event.target.value, after: null }))}>
          <option value="">Every state</option>
          <option value="compliant">Compliant</option>
          <option value="noncompliant">Not compliant</option>
          <option value="stale">Stale</option>
          <option value="revoked">Revoked</option>
        </select>
      </search>
      <Outdated error={value ? error : null} retry={reload} />
      {error && !value ? (
        <Failed error={error} retry={reload} />
      ) : loading ? (
        <Loading />
      ) : devices.length === 0 ? (
        <Empty title={text || state ? 'No device matches' : 'No devices yet'}>
          {text || state ? 'No device matches the filter.' : 'A device appears here when it was enrolled with a one-time code. Enrol the first one above.'}
        </Empty>
      ) : (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col">Owner</th>
                <th scope="col">State</th>
                <th scope="col">Reported</th>
                <th scope="col">Certificate ends</th>
                <th scope="col" className="number">
                  Open
                </th>
              </tr>
            </thead>
            <tbody>
              {devices.map((device, index) => (
                <tr key={device.id} {...rows(index)}>
                  <th scope="row">
                    <Link className="row-link" href={open(device)}>
                      {device.name}
                    </Link>{' '}
                    <span className="quiet">{device.platform}</span>
                  </th>
                  <td data-label="Owner">
                    <Link href={`/people/${encodeURIComponent(device.owner.id)}`}>{device.owner.name}</Link>
                  </td>
                  <td data-label="State">
                    <DeviceState state={device.state} />
                    {device.reasons.length > 0 && <div className="quiet small">{device.reasons.join('; ')}</div>}
                  </td>
                  <td data-label="Reported">
                    <Time at={device.reportedAt} as="relative" />
                  </td>
                  <td data-label="Certificate ends">
                    <Time at={device.certificateExpiresAt} as="relative" otherwise="none" />
                  </td>
                  <td data-label="Open" className="number">
                    {count(device.connections)}
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

/** Makes a one-time code for somebody and shows it once. */
function Enrol() {
  const me = useMe();
  const field = useRef<HTMLInputElement>(null);
  const [person, setPerson] = useState('');
  const [code, setCode] = useState<EnrolmentCode | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const answer = me?.operations.find((one) => one.operation === 'CreateEnrolmentCode');
  useEffect(() => field.current?.focus(), []);

  async function make() {
    setBusy(true);
    setError(null);
    setCode(null);
    try {
      setCode(await act<EnrolmentCode>('/devices/enrolment-codes', { person: person.trim() }));
    } catch (fault) {
      setError(fault instanceof ApiError ? fault : new ApiError(0, 'It could not be done', String(fault)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="panel">
      <h2>Enrol a device</h2>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <label className="labelled">
          Owner's user name
          <input ref={field} className="field" required value={person} maxLength={100} autoComplete="off" onChange={(event) => setPerson(event.target.value)} />
        </label>
        <button type="submit" className="button button-accent" disabled={busy || answer?.effect === 'deny'}>
          Make a code
        </button>
        {answer?.effect === 'deny' && <span className="quiet">Not allowed: {answer.reasons.join(' ')}</span>}
      </form>
      {error && (
        <p role="alert">
          <b>{error.title}.</b> {error.message} {error.reasons.join(' ')}
        </p>
      )}
      {code && (
        <div role="status" className="code">
          <p>
            For {code.person.name}, once, until <Time at={code.expiresAt} /> (<Time at={code.expiresAt} as="relative" />
            ). It is shown only now.
          </p>
          <p className="code-value">{code.code}</p>
          <p>
            The device enrols at <code>{code.server}</code> with this code and gets its certificate.
          </p>
        </div>
      )}
    </section>
  );
}
