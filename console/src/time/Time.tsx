import { useEffect, useState } from 'react';
import { dayAndTime, relative, timeOfDay, utc } from './format';

interface Props {
  at: string | null | undefined;
  /** `clock` for lists of today, `full` for facts, `relative` where nearness matters. */
  as?: 'clock' | 'millis' | 'full' | 'relative';
  otherwise?: string;
}

/** A local time with UTC on hover. */
export function Time({ at, as = 'full', otherwise = 'never' }: Props) {
  const now = useNow(as === 'relative');
  if (!at) return <span className="quiet">{otherwise}</span>;
  const date = new Date(at);
  const text = as === 'relative' ? relative(date, now) : as === 'full' ? dayAndTime(date) : timeOfDay(date, as === 'millis');
  const title = as === 'relative' ? `${dayAndTime(date)}\n${utc(date)}` : utc(date);
  return (
    <time dateTime={at} title={title}>
      {text}
    </time>
  );
}

/** The present, refreshed every ten seconds while `ticking`. */
export function useNow(ticking: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => setNow(new Date()), 10_000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
