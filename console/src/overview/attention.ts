import type { OverviewModel } from '../api/types';
import { count, span } from '../time/format';

/** Something that is wrong or soon will be, and where to look. */
export interface Attention {
  level: 'bad' | 'warn';
  words: string;
  href: string | null;
  /** File and line. */
  at?: string;
}

/** What needs somebody's attention, the worst first. Pure. */
export function attention(model: OverviewModel, now: Date): Attention[] {
  const list: Attention[] = [];
  for (const error of model.policyErrors)
    list.push(located(error.message.replace(/[.\s]*$/, '')));
  for (const warning of model.warnings ?? []) list.push({ level: 'bad', words: `${warning[0]!.toUpperCase()}${warning.slice(1)}.`, href: null });
  for (const point of model.snapshots)
    if (point.ageSeconds > point.boundSeconds)
      list.push({ level: 'bad', words: `${point.point} has been without fresh trust for ${span(point.ageSeconds)} and denies past ${span(point.boundSeconds)}.`, href: null });
  for (const certificate of model.certificates) {
    if (certificate.state === 'valid') continue;
    const seconds = (new Date(certificate.expiresAt).getTime() - now.getTime()) / 1000;
    list.push({
      level: certificate.state === 'expired' ? 'bad' : 'warn',
      words: `The ${certificate.kind} certificate of ${certificate.subject} ${certificate.state === 'expired' ? `ended ${span(-seconds)} ago` : `ends in ${span(seconds)}`}.`,
      href: certificate.deviceId ? `/devices/${encodeURIComponent(certificate.deviceId)}` : null,
    });
  }
  if (model.peopleWithoutSecondFactor > 0)
    list.push({ level: 'warn', words: `${count(model.peopleWithoutSecondFactor)} of ${count(model.people)} people have no second factor.`, href: '/people?withoutMfa=true&disabled=false' });
  if (model.devicesNotCompliant > 0)
    list.push({ level: 'warn', words: `${count(model.devicesNotCompliant)} of ${count(model.devices)} devices are not compliant.`, href: '/devices?state=noncompliant%2Cstale' });
  return list.sort((a, b) => Number(a.level === 'warn') - Number(b.level === 'warn'));
}

/** An error of a file: where it is, then what is wrong. */
function located(message: string): Attention {
  const [, at, words] = /^(\S+:\d+): (.+)$/s.exec(message) ?? [null, undefined, message];
  return { level: 'bad', words: `${words}. The last good set is in force.`, href: null, at };
}
