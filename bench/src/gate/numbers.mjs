// What some requests come to. A request that was not served counts as slower than every other: an error page after a
// millisecond is not a quick answer.

/** @param {import('./load/load.mjs').Request} request */
export const isServed = ({ outcome, status }) => outcome === 'answered' && status === 200;

/**
 * Latencies in milliseconds at these shares, such as 0.99; null where so many were not served.
 * @param {readonly import('./load/load.mjs').Request[]} requests @param {readonly number[]} shares
 * @returns {(number | null)[]}
 */
export function quantiles(requests, shares) {
  const sorted = requests
    .filter(isServed)
    .map(({ latencyMs }) => latencyMs)
    .sort((a, b) => a - b);
  return shares.map((share) => sorted[Math.max(0, Math.ceil(share * requests.length) - 1)] ?? null);
}

/** How many were served each second of so many milliseconds. */
export function servedPerSecond(requests, ms) {
  return (requests.filter(isServed).length * 1000) / ms;
}

/** p50, p99 and p99.9, how many there were, and what became of those that were not served. */
export function summary(requests) {
  const [p50Ms, p99Ms, p999Ms] = quantiles(requests, [0.5, 0.99, 0.999]);
  const served = requests.filter(isServed).length;
  return { p50Ms, p99Ms, p999Ms, count: requests.length, served, others: countOthers(requests) };
}

/** How many requests ended how, those served left out: `{ 'status 503': 12, 'gave up': 3 }`. */
export function countOthers(requests) {
  const counts = {};
  for (const request of requests) {
    if (isServed(request)) continue;
    const kind = request.outcome === 'answered' ? `status ${request.status}` : request.outcome;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/**
 * What happens in each span of time: requests by when they were served (`served`), and the 99th percentile of those
 * planned in it.
 * @param {readonly import('./load/load.mjs').Request[]} requests @param {{untilMs: number, stepMs: number}} span
 */
export function series(requests, { untilMs, stepMs }) {
  const steps = Math.ceil(untilMs / stepMs);
  const served = Array.from({ length: steps }, () => 0);
  const planned = Array.from({ length: steps }, () => []);
  for (const request of requests) {
    planned[Math.floor(request.plannedMs / stepMs)]?.push(request);
    const ended = Math.floor((request.plannedMs + request.latencyMs) / stepMs);
    if (isServed(request) && ended < steps) served[ended]++;
  }
  return {
    stepMs,
    servedPerSecond: served.map((count) => (count * 1000) / stepMs),
    p99Ms: planned.map((group) => quantiles(group, [0.99])[0]),
    plannedCount: planned.map(({ length }) => length),
  };
}

/** How long it has to be normal to count as normal again: a single good moment is none. */
const NORMAL_FOR_MS = 2000;

/**
 * How long after `fromMs` the 99th percentile is at `limitMs` or below and stays there for two seconds; null: not within
 * the series. Steps in which nothing was due count as normal.
 * @param {ReturnType<typeof series>} seen
 */
export function msUntilNormal({ stepMs, p99Ms, plannedCount }, fromMs, limitMs) {
  const first = Math.ceil(fromMs / stepMs);
  const isNormal = (step) => plannedCount[step] === 0 || (p99Ms[step] !== null && p99Ms[step] <= limitMs);
  const needed = NORMAL_FOR_MS / stepMs;
  for (let step = first, streak = 0; step < p99Ms.length; step++) {
    streak = isNormal(step) ? streak + 1 : 0;
    if (streak === needed) return (step + 1 - needed - first) * stepMs;
  }
  return null;
}
