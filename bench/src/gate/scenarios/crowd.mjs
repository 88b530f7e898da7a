// Five hundred clients at four lanes.
import { countOthers, isServed, msUntilNormal, quantiles, servedPerSecond, series } from '../numbers.mjs';
import { LANES } from '../peers.mjs';
import { peersNamed } from './scenario.mjs';

const CLIENTS = 500;
const PROBES_PER_SECOND = 100;
const STEP_MS = 250;

const TIMES = {
  quick: { aloneMs: 2000, beforeMs: 2000, crowdMs: 4000, afterMs: 4000 },
  short: { aloneMs: 2000, beforeMs: 3000, crowdMs: 7000, afterMs: 5000 },
  full: { aloneMs: 4000, beforeMs: 4000, crowdMs: 10_000, afterMs: 6000 },
};

/** @type {import('./scenario.mjs').Scenario} */
export const crowd = {
  name: 'crowd',
  title: '500 clients at four lanes',
  about: (
    size,
  ) => `An application that sleeps for 10 ms. Capacity is what four clients get, one for each lane. Then ${CLIENTS} clients
come for ${TIMES[size].crowdMs / 1000} seconds, each with its next request as soon as the last one is answered, or a second after it was refused. All the while
${PROBES_PER_SECOND} further requests a second come at random times; "normal again" is how long after the crowd their 99th percentile is
within twice of that before it, and stays so for two seconds.`,
  rounds: { quick: 1, short: 2, full: 3 },
  cases: [{ name: 'crowd', title: '500 clients' }],
  peers: peersNamed(
    'sluice',
    'sluice-second',
    'uwsgi',
    'uwsgi-100',
    'gunicorn-sync',
    'gunicorn-gthread',
    'mod_wsgi',
  ),
  seconds: (size) => Object.values(TIMES[size]).reduce((sum, ms) => sum + ms, 0) / 1000 + 3,
  async measure({ generator, url, size, seed, signal, settle }) {
    const { aloneMs, beforeMs, crowdMs, afterMs } = TIMES[size];
    const alone = await generator.run(url, [{ path: '/ten', clients: LANES, until: aloneMs }], {
      seed,
      signal,
    });
    const capacity = servedPerSecond(alone.requests, aloneMs);
    await settle();
    const crowdEndMs = beforeMs + crowdMs;
    const { requests, generator: itself } = await generator.run(
      url,
      [
        { path: '/ten', clients: CLIENTS, from: beforeMs, until: crowdEndMs, pause: 1000 },
        { path: '/ten', rates: [[PROBES_PER_SECOND, crowdEndMs + afterMs]], giveUp: 10_000 },
      ],
      { seed, signal },
    );
    // The first second of the crowd is its arrival: five hundred connections at once.
    const arrivedMs = beforeMs + 1000;
    const isMeant = (endedMs) => endedMs >= arrivedMs && endedMs < crowdEndMs;
    const during = requests.filter(({ plannedMs, latencyMs }) => isMeant(plannedMs + latencyMs));
    const served = during.filter(isServed);
    const refused = during.filter(({ outcome, status }) => outcome === 'answered' && status >= 500);
    const refusedLater = refused.filter(({ plannedMs }) => plannedMs >= arrivedMs);
    const probes = requests.filter(({ classIndex }) => classIndex === 1);
    const normalP99Ms = quantiles(
      probes.filter(({ plannedMs }) => plannedMs >= 500 && plannedMs < beforeMs),
      [0.99],
    )[0];
    const seen = series(probes, { untilMs: crowdEndMs + afterMs, stepMs: STEP_MS });
    return {
      capacity,
      servedPerSecond: (served.length * 1000) / (crowdMs - 1000),
      servedP50Ms: quantiles(served, [0.5])[0],
      servedP99Ms: quantiles(served, [0.99])[0],
      refusedPerSecond: (refused.length * 1000) / (crowdMs - 1000),
      refusedP99Ms: latencyAt(refusedLater, 0.99),
      refusedMaxMs: latencyAt(refusedLater, 1),
      others: countOthers(during),
      normalP99Ms,
      normalAfterMs: normalP99Ms === null ? null : msUntilNormal(seen, crowdEndMs, 2 * normalP99Ms),
      generator: itself,
    };
  },
};

function latencyAt(requests, share) {
  const sorted = requests.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? null;
}
