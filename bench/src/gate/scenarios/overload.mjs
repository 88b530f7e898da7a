// Three times as much as can be done, from clients that do not wait for ever; then half of it.
import { statSync } from 'node:fs';
import { countOthers, isServed, msUntilNormal, quantiles, servedPerSecond, series } from '../numbers.mjs';
import { LANES } from '../peers.mjs';
import { peersNamed } from './scenario.mjs';

/** What lanes could do that were never without work. */
const LOAD = LANES / 0.01;
const YARDSTICK_MS = 2000;
const GIVE_UP_MS = 2000;
const STEP_MS = 250;

const TIMES = {
  quick: { beforeMs: 2000, overMs: 5000, afterMs: 5000 },
  short: { beforeMs: 4000, overMs: 8000, afterMs: 7000 },
  full: { beforeMs: 5000, overMs: 20_000, afterMs: 20_000 },
};

/** @type {import('./scenario.mjs').Scenario} */
export const overload = {
  name: 'overload',
  title: 'Overload',
  about: (
    size,
  ) => `Four lanes and an application that sleeps for 10 ms: ${LOAD} requests a second at the very most. "Capacity" is what four clients
get, one for each lane, from the fastest peer. For ${TIMES[size].beforeMs / 1000} seconds half of that
comes, then three times of it for ${TIMES[size].overMs / 1000} seconds, then half again for ${TIMES[size].afterMs / 1000} seconds, at random times; clients give up after
${GIVE_UP_MS / 1000} seconds. "Normal again" is how long after the overload the 99th percentile of each quarter of a second is
within twice of that before it, and stays so for two seconds. "Work for nobody" is the share of executions whose answer nobody took.`,
  rounds: { quick: 1, short: 2, full: 3 },
  cases: [{ name: 'overload', title: 'three times capacity' }],
  peers: peersNamed(
    'sluice',
    'sluice-long',
    'uwsgi',
    'uwsgi-100',
    'gunicorn-sync',
    'gunicorn-gthread',
    'mod_wsgi',
  ),
  seconds: (size) => Object.values(TIMES[size]).reduce((sum, ms) => sum + ms, 0) / 1000 + 8,
  async yardstick({ generator, url, seed, signal }) {
    const load = { path: '/ten', clients: LANES, until: YARDSTICK_MS };
    const { requests } = await generator.run(url, [load], { seed, signal });
    return servedPerSecond(requests, YARDSTICK_MS);
  },
  async measure({ generator, url, size, seed, signal, countFile, settle, yardstick: capacity }) {
    const { beforeMs, overMs, afterMs } = TIMES[size];
    const overEndMs = beforeMs + overMs;
    const rates = [
      [LOAD / 2, beforeMs],
      [LOAD * 3, overMs],
      [LOAD / 2, afterMs],
    ];
    const countBefore = statSync(countFile).size;
    const { requests, generator: itself } = await generator.run(
      url,
      [{ path: '/ten', rates, giveUp: GIVE_UP_MS }],
      { seed, signal },
    );
    await settle(); // What still waits for clients that have left is executed now.
    const executed = statSync(countFile).size - countBefore;
    const taken = requests.filter(isServed).length;
    // Half a second for the connections of everybody to be there.
    const before = requests.filter(({ plannedMs }) => plannedMs >= 500 && plannedMs < beforeMs);
    const [normalP99Ms] = quantiles(before, [0.99]);
    const seen = series(requests, { untilMs: overEndMs + afterMs, stepMs: STEP_MS });
    const over = requests.filter((request) => {
      const endedMs = request.plannedMs + request.latencyMs;
      return isServed(request) && endedMs >= beforeMs && endedMs < overEndMs;
    });
    const due = requests.filter(({ plannedMs }) => plannedMs >= beforeMs && plannedMs < overEndMs);
    return {
      capacity,
      servedPerSecond: (over.length * 1000) / overMs,
      servedP50Ms: quantiles(over, [0.5])[0],
      servedP99Ms: quantiles(over, [0.99])[0],
      others: countOthers(due),
      normalP99Ms,
      normalAfterMs: normalP99Ms === null ? null : msUntilNormal(seen, overEndMs, 2 * normalP99Ms),
      executed,
      taken,
      phasesMs: [beforeMs, overMs, afterMs],
      series: seen,
      generator: itself,
    };
  },
};
