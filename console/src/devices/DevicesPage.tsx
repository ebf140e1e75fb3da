import type { DeviceSummary } from '../api/types';
import { ListPage } from '../lists/ListPage';
import { Link } from '../navigation/Link';
import { go, usePlace, withQuery } from '../navigation/location';
import { count } from '../time/format';
import { Time } from '../time/Time';
import { DeviceState } from './DeviceState';
import { Enrol } from './Enrol';
import { Owner } from './Owner';

const href = (device: DeviceSummary) => `/devices/${encodeURIComponent(device.id)}`;

/** Devices with their state, and enrolment of a new one. */
export function DevicesPage() {
  const place = usePlace();
  const enrolling = place.query.get('enrol') === 'true';
  return (
    <ListPage<DeviceSummary>
      title="Devices"
      path="/devices"
      filters={['state']}
      search="Name or owner"
      tools={<StateFilter />}
      aside={
        <Link className={enrolling ? 'button' : 'button button-accent'} href={withQuery(place, { enrol: enrolling ? null : 'true' })}>
          {enrolling ? 'Close enrolment' : 'Enrol a device'}
        </Link>
      }
      panel={enrolling && <Enrol />}
      id={(device) => device.id}
      href={href}
      columns={[
        { name: 'Device', sort: 'name', cell: (device) => <Name device={device} /> },
        { name: 'Owner', sort: 'owner', cell: (device) => <Owner owner={device.owner} /> },
        { name: 'State', sort: 'state', cell: (device) => <State device={device} /> },
        { name: 'Reported', sort: 'reported', cell: (device) => <Time at={device.reportedAt} as="relative" /> },
        { name: 'Certificate ends', sort: 'certificate', cell: (device) => <Time at={device.certificateExpiresAt} as="relative" otherwise="none" /> },
        { name: 'Open', sort: 'connections', number: true, cell: (device) => count(device.connections) },
      ]}
      empty={(filtered) =>
        filtered
          ? { title: 'No device matches', words: 'No device matches the filter.' }
          : { title: 'No devices yet', words: 'A device appears here when it was enrolled with a one-time code. Enrol the first one above.' }
      }
    />
  );
}

function StateFilter() {
  const place = usePlace();
  return (
    <select className="field" aria-label="State" value={place.query.get('state') ?? ''} onChange={(event) => go(withQuery(place, { state: event.target.value, after: null }))}>
      <option value="">Every state</option>
      <option value="compliant">Compliant</option>
      <option value="noncompliant,stale">Not compliant or stale</option>
      <option value="noncompliant">Not compliant</option>
      <option value="stale">Stale</option>
      <option value="revoked">Revoked</option>
    </select>
  );
}

function Name({ device }: { device: DeviceSummary }) {
  return (
    <>
      <Link className="row-link" href={href(device)}>
        <bdi>{device.name}</bdi>
      </Link>{' '}
      <span className="quiet">{device.platform}</span>
    </>
  );
}

function State({ device }: { device: DeviceSummary }) {
  return (
    <>
      <DeviceState state={device.state} />
      {device.reasons.length > 0 && <div className="quiet small">{device.reasons.join('; ')}</div>}
    </>
  );
}
