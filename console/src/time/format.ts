const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const day = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });

/** `14:03:07.125`: the local time of day. */
export function timeOfDay(at: Date, withMillis = false): string {
  const text = clock.format(at);
  return withMillis ? `${text}.${String(at.getMilliseconds()).padStart(3, '0')}` : text;
}

const zones = new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' });

/** `CET`, `UTC`, `GMT+5:30`: the local zone, as it is at that time. */
export function zone(at: Date): string {
  return zones.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '';
}

/** The local day and time, with its zone. */
export function dayAndTime(at: Date): string {
  return `${day.format(at)}, ${timeOfDay(at)} ${zone(at)}`;
}

/** `2026-11-22 13:03:07.125 UTC`. */
export function utc(at: Date): string {
  return at.toISOString().replace('T', ' ').replace('Z', ' UTC').replace('.000', '');
}

/** `4 s ago`, `in 12 min`, `3 h ago`, `in 41 days`; seconds below two minutes, then the largest unit. */
export function relative(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  if (seconds === 0) return 'now';
  const size = span(Math.abs(seconds));
  return seconds < 0 ? `${size} ago` : `in ${size}`;
}

/** A span of seconds in its largest sensible unit. */
export function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 120 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 session ends`, `3 sessions end`. */
export function things(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `1.4 MB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
