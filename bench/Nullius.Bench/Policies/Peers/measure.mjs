// What both peers share: an estate that the benchmark wrote, and how long a decision takes over its requests.
import { readFileSync } from 'node:fs';

export const estate = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const seconds = Number(process.argv[3] ?? 5);

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];

/** Runs `decide` over the requests in turn until the time is over: nanoseconds by percentile. */
export async function time(decide) {
  const requests = estate.requests;
  const until = (part) => process.hrtime.bigint() + BigInt(Math.round(part * 1e9));
  for (let end = until(seconds / 4), i = 0; i < 5_000 && process.hrtime.bigint() < end; i++)
    await decide(requests[i % requests.length]);
  const times = [];
  for (let end = until(seconds), i = 0; i < 20 || (i < 20 * requests.length && process.hrtime.bigint() < end); i++) {
    const start = process.hrtime.bigint();
    const answer = decide(requests[i % requests.length]);
    if (answer instanceof Promise)
      await answer;
    times.push(Number(process.hrtime.bigint() - start));
  }
  times.sort((a, b) => a - b);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), decisions: times.length };
}

/** Asks every request once, for as long as there is time, and compares with what ours answered. */
export function compare(decide, expected) {
  const end = process.hrtime.bigint() + BigInt(seconds * 2e9);
  const disagreements = [];
  let compared = 0;
  for (; compared < estate.requests.length && (compared < 20 || process.hrtime.bigint() < end); compared++) {
    const answer = decide(estate.requests[compared]);
    const wanted = expected(estate.answers[compared]);
    if (answer !== wanted)
      disagreements.push(`${estate.requests[compared].action} on ${estate.requests[compared].resource}: ours ${wanted}, theirs ${answer}`);
  }
  return { compared, disagreed: disagreements.length, disagreements: disagreements.slice(0, 10) };
}

export const print = (result) => console.log(JSON.stringify(result));
