// Quick requests beside slow ones: does anybody wait who need not?
import { quantiles, summary, isServed } from '../numbers.mjs';
import { LANES } from '../peers.mjs';
import { peersNamed } from './scenario.mjs';

const QUICK_SHARE = 0.6;
/** The slow ones take their lanes before the quick ones come, and keep them until those have gone. */
const YARDSTICK = { slow: LANES - 1, quick: 4, fromMs: 300, endMs: 1900 };
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
    () => `Four lanes. 3, 4 or 40 clients always have a request of two seconds under way. Beside them quick requests, one
millisecond of work, come at random times: 60 % of what is left, that is of what four clients get from the fastest
peer while three lanes are taken, the same for all. Their latency counts from the moment they were due. Clients give up
after ${GIVE_UP_MS / 1000} seconds; requests that were not served count as slower
than all others, and a dash says that so many were not served. A slow client that is refused tries again after a second.
Every other peer may queue 4,096 requests; Sluice queues 128 as it comes, a tenth of a second of such quick ones, and once more 1,024.`,
  rounds: { quick: 1, short: 2, full: 3 },
  cases: [3, 4, 40].map((slow) => ({ name: `${slow}`, title: `${slow} slow clients`, slow })),
  peers: peersNamed(
    'sluice',
    'sluice-long',
    'sluice-ajp',
    'uwsgi',
    'gunicorn-sync',
    'gunicorn-gthread',
    'mod_wsgi',
  ),
  seconds: (size) => (TIMES[size].warmMs + TIMES[size].ms) / 1000 + 8,
  async yardstick({ generator, url, seed, signal, settle }) {
    const { slow, quick, fromMs, endMs } = YARDSTICK;
    const { requests } = await generator.run(
      url,
      [
        { path: '/slow', clients: slow, until: endMs },
        { path: '/quick', clients: quick, from: fromMs, until: endMs },
      ],
      { seed, signal },
    );
    await settle();
    const done = requests.filter((request) => request.classIndex === 1 && isServed(request));
    return (done.length * 1000) / (endMs - fromMs);
  },
  async measure({ generator, url, size, seed, signal, yardstick, case: { slow } }) {
    const quickPerSecond = Math.round(QUICK_SHARE * yardstick);
    const { warmMs, ms } = TIMES[size];
    const endMs = warmMs + ms;
    const { requests, generator: itself } = await generator.run(
      url,
      [
        { path: '/slow', clients: slow, until: endMs, pause: 1000 },
        { path: '/quick', rates: [[quickPerSecond, endMs]], giveUp: GIVE_UP_MS },
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
      quickPerSecond,
      slowPerSecond: (slowServed.length * 1000) / ms,
      curveMs: quantiles(quick, CURVE_SHARES),
      generator: itself,
    };
  },
};
