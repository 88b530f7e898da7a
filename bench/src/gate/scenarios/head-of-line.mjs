// Quick requests beside slow ones: does anybody wait who need not?
import { quantiles, summary, isServed } from '../numbers.mjs';
import { peersNamed } from './scenario.mjs';

/** 60 % of the 1,000 a second that one lane could do if a request of a millisecond cost nothing else. */
const QUICK_PER_SECOND = 600;
const GIVE_UP_MS = 5000;
/** 0.5, ... 0.9, ... 0.99, ... 0.999: what a plot of the tail needs. */
export const CURVE_SHARES = Array.from({ length: 55 }, (_, index) => 1 - 0.5 * 10 ** (-index / 20));

const TIMES = {
  quick: { warmMs: 2000, ms: 4000 },
  short: { warmMs: 2000, ms: 8000 },
  full: { warmMs: 3000, ms: 20_000 },
};

/** @type {import('./scenario.mjs').Scenario} */
export const headOfLine = {
  name: 'head-of-line',
  title: 'Quick requests beside slow ones',
  about:
    () => `Four lanes. 3, 4 or 40 clients always have a request of two seconds under way. Beside them ${QUICK_PER_SECOND} requests a
second of one millisecond of work come at random times, which is 60 % of what one lane can do. Their latency counts from
the moment they were due. Clients give up after ${GIVE_UP_MS / 1000} seconds; requests that were not served count as slower
than all others, and a dash says that so many were not served. A slow client that is refused tries again after a second.`,
  rounds: { quick: 1, short: 2, full: 3 },
  cases: [3, 4, 40].map((slow) => ({ name: `${slow}`, title: `${slow} slow clients`, slow })),
  peers: peersNamed('sluice', 'sluice-ajp', 'uwsgi', 'gunicorn-sync', 'gunicorn-gthread', 'mod_wsgi'),
  seconds: (size) => (TIMES[size].warmMs + TIMES[size].ms) / 1000 + 4,
  async measure({ generator, url, size, seed, signal, case: { slow } }) {
    const { warmMs, ms } = TIMES[size];
    const endMs = warmMs + ms;
    const { requests, generator: itself } = await generator.run(
      url,
      [
        { path: '/slow', clients: slow, until: endMs, pause: 1000 },
        { path: '/quick', rates: [[QUICK_PER_SECOND, endMs]], giveUp: GIVE_UP_MS },
      ],
      { seed, signal },
    );
    const quick = requests.filter(({ classIndex, plannedMs }) => classIndex === 1 && plannedMs >= warmMs);
    const slowServed = requests.filter((request) => {
      const endedMs = request.plannedMs + request.latencyMs;
      return request.classIndex === 0 && isServed(request) && endedMs >= warmMs && endedMs < endMs;
    });
    return {
      ...summary(quick),
      slowPerSecond: (slowServed.length * 1000) / ms,
      curveMs: quantiles(quick, CURVE_SHARES),
      generator: itself,
    };
  },
};
