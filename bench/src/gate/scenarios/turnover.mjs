// New code and dying workers under load: what does it cost?
import { setTimeout as sleep } from 'node:timers/promises';
import { countOthers, quantiles, summary } from '../numbers.mjs';
import { peersNamed } from './scenario.mjs';

const QUICK_PER_SECOND = 300;
const TENTHS_PER_SECOND = 10;
const GIVE_UP_MS = 10_000;
const MS = { quick: 6000, short: 15_000, full: 30_000 };

/** @type {import('./scenario.mjs').Scenario} */
export const turnover = {
  name: 'turnover',
  title: 'Reloads and dying workers',
  about: (
    size,
  ) => `${QUICK_PER_SECOND} requests a second of one millisecond and ${TENTHS_PER_SECOND} of 100 ms, at random times, on four lanes, for ${MS[size] / 1000}
seconds. Meanwhile the code is loaded again every two seconds, by each server's own means, or one of the workers is killed
every second by SIGKILL, which the request that it runs cannot survive. "Sent again" are requests whose kept connection had just been closed;
browsers do that too, so they are no failures.`,
  rounds: { quick: 1, short: 1, full: 2 },
  cases: [
    { name: 'reload', title: 'a reload every 2 s', everyMs: 2000, act: reload },
    { name: 'kill', title: 'kill -9 of a worker every second', everyMs: 1000, act: killWorker },
  ],
  peers: peersNamed('sluice', 'sluice-ajp', 'uwsgi', 'gunicorn-sync', 'gunicorn-gthread', 'mod_wsgi'),
  seconds: (size) => MS[size] / 1000 + 3,
  async measure({ generator, url, size, seed, signal, case: { everyMs, act }, stage, peer }) {
    const ms = MS[size];
    const finished = new AbortController();
    const turns = turnOver({ stage, peer, everyMs, act, ms, signal: finished.signal });
    try {
      const { requests, generator: itself } = await generator.run(
        url,
        [
          { path: '/quick', rates: [[QUICK_PER_SECOND, ms]], giveUp: GIVE_UP_MS },
          { path: '/tenth', rates: [[TENTHS_PER_SECOND, ms]], giveUp: GIVE_UP_MS },
        ],
        { seed, signal },
      );
      finished.abort();
      const { count, served } = summary(requests);
      const quick = requests.filter(({ classIndex }) => classIndex === 0);
      const [p50Ms, p99Ms, maxMs] = quantiles(quick, [0.5, 0.99, 1]);
      return {
        turns: await turns,
        count,
        failed: count - served,
        others: countOthers(requests),
        retried: requests.filter(({ isRetried }) => isRetried).length,
        p50Ms,
        p99Ms,
        maxMs,
        generator: itself,
      };
    } finally {
      finished.abort();
      await turns;
    }
  },
};

/** Acts as long as requests come. Returns how often. */
async function turnOver({ stage, peer, everyMs, act, ms, signal }) {
  const started = performance.now();
  for (let turn = 1; ; turn++) {
    const dueMs = started + turn * everyMs;
    if (dueMs >= started + ms) return turn - 1;
    const isOver = await sleep(dueMs - performance.now(), undefined, { signal }).then(
      () => false,
      () => true,
    );
    if (isOver) return turn - 1;
    act({ stage, peer });
  }
}

function reload({ stage, peer }) {
  peer.reload(stage);
}

/** Kills the workers in turn, the oldest first. */
function killWorker({ stage }) {
  const workers = stage.processes().filter(({ role, isRoot }) => role === 'workers' && !isRoot);
  workers.sort((a, b) => Number(a.startTime) - Number(b.startTime) || a.pid - b.pid);
  if (workers.length > 0) process.kill(workers[0].pid, 'SIGKILL');
}
