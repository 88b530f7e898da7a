// Clients behind slow lines: does anybody else notice?
import { isServed, servedPerSecond, summary } from '../numbers.mjs';
import { peersNamed } from './scenario.mjs';

const CLIENTS = 200;
const BYTES_PER_SECOND = 2048;
const UPLOAD_BYTES = 65_536;
const NORMAL_PER_SECOND = 400;
const GIVE_UP_MS = 5000;

const TIMES = {
  quick: { aloneMs: 2000, arriveMs: 2000, ms: 4000 },
  short: { aloneMs: 3000, arriveMs: 3000, ms: 8000 },
  full: { aloneMs: 8000, arriveMs: 4000, ms: 16_000 },
};

/** @type {import('./scenario.mjs').Scenario} */
export const slowClients = {
  name: 'slow-clients',
  title: '200 slow clients',
  about:
    () => `${NORMAL_PER_SECOND} requests a second of one millisecond of work, at random times, first alone and then beside ${CLIENTS}
clients that send and receive 2 KB a second: half of them upload 64 KiB and get 256 KiB back, half of them only get 256 KiB.
Four lanes, behind a web server and without one. Clients of the normal requests give up after ${GIVE_UP_MS / 1000} seconds.`,
  rounds: { quick: 1, short: 1, full: 3 },
  cases: [{ name: 'slow-clients', title: '200 slow clients' }],
  peers: peersNamed(
    'sluice',
    'uwsgi',
    'gunicorn-sync',
    'gunicorn-gthread',
    'mod_wsgi',
    'sluice-http',
    'uwsgi-http',
    'gunicorn-sync-http',
    'gunicorn-gthread-http',
  ),
  seconds: (size) => Object.values(TIMES[size]).reduce((sum, ms) => sum + ms, 0) / 1000 + 5,
  async measure({ generator, url, size, seed, signal }) {
    const { aloneMs, arriveMs, ms } = TIMES[size];
    const normal = { path: '/quick', giveUp: GIVE_UP_MS };
    const alone = await generator.run(url, [{ ...normal, rates: [[NORMAL_PER_SECOND, aloneMs]] }], {
      seed,
      signal,
    });
    const slow = { clients: CLIENTS / 2, pace: BYTES_PER_SECOND, isFar: true, until: arriveMs + ms };
    const { requests, generator: itself } = await generator.run(
      url,
      [
        { ...normal, from: arriveMs, rates: [[NORMAL_PER_SECOND, ms]] },
        { ...slow, path: '/swap', upload: UPLOAD_BYTES, varies: true },
        { ...slow, path: '/large' },
      ],
      { seed, signal },
    );
    const beside = requests.filter(({ classIndex }) => classIndex === 0);
    const slowOnes = requests.filter(({ classIndex }) => classIndex > 0);
    return {
      alone: { ...summary(alone.requests), servedPerSecond: servedPerSecond(alone.requests, aloneMs) },
      beside: { ...summary(beside), servedPerSecond: servedPerSecond(beside, ms) },
      slowWithAnswer: slowOnes.filter(({ bodyBytes }) => bodyBytes > 0).length,
      slowBytes: slowOnes.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0),
      slowFailed: slowOnes.filter((request) => request.outcome !== 'unfinished' && !isServed(request)).length,
      generator: itself,
    };
  },
};
