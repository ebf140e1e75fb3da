import type { OverviewBucket } from '../api/types';

/** Heights and labels of a stacked series. Pure. */
export interface Bar {
  at: string;
  allowed: number;
  stepUp: number;
  denied: number;
  total: number;
}

export function bars(buckets: OverviewBucket[]): Bar[] {
  return buckets.map((bucket) => ({
    at: bucket.at,
    allowed: bucket.allowed,
    stepUp: bucket.stepUp,
    denied: bucket.denied,
    total: bucket.allowed + bucket.stepUp + bucket.denied,
  }));
}

/** A round number at or above the greatest value: 1, 2 or 5 times a power of ten. */
export function ceiling(greatest: number): number {
  if (greatest <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(greatest));
  for (const factor of [1, 2, 5, 10]) if (factor * power >= greatest) return factor * power;
  return 10 * power;
}

/** Sums of a series. */
export function totals(buckets: OverviewBucket[]) {
  const sum = { allowed: 0, stepUp: 0, denied: 0, observed: 0 };
  for (const bucket of buckets) {
    sum.allowed += bucket.allowed;
    sum.stepUp += bucket.stepUp;
    sum.denied += bucket.denied;
    sum.observed += bucket.observed;
  }
  return sum;
}
