// A million requests of all kinds: does anything grow?
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPssBytes, readMemory } from '../../stage/proc.mjs';
import { countOthers } from '../numbers.mjs';
import { peersNamed } from './scenario.mjs';

const SLICES = 10;
const REQUESTS = { quick: 5000, short: 100_000, full: 100_000 };
/** Long enough for timers and closing connections, and for the collector to come by. */
const REST_MS = 2000;

/** @type {import('./scenario.mjs').Scenario} */
export const million = {
  name: 'million',
  title: 'One million requests',
  about:
    () => `Sluice behind nginx: of each 100,000 requests 96 % are answered at once, 3 % upload 16 KiB, and 1 % are left by their clients
after 5 ms, while they run or wait. What the gateway's process has is read two seconds after each 100,000.`,
  rounds: { quick: 1, short: 1, full: 1 },
  cases: [{ name: 'million', title: 'one million requests' }],
  peers: peersNamed('sluice'),
  seconds: (size) => SLICES * (REQUESTS[size] / 12_000 + REST_MS / 1000),
  async measure({ generator, url, size, seed, signal, stage }) {
    const count = REQUESTS[size];
    const samples = [sample(stage, 0)];
    const others = {};
    for (let slice = 1; slice <= SLICES; slice++) {
      const { requests } = await generator.run(
        url,
        [
          { path: '/hello', clients: 28, most: count * 0.96 },
          { path: '/sink', clients: 2, upload: 16_384, most: count * 0.03 },
          { path: '/ten', clients: 4, giveUp: 5, most: count * 0.01 },
        ],
        { seed: seed + slice, signal },
      );
      for (const [kind, count] of Object.entries(countOthers(requests))) {
        others[kind] = (others[kind] ?? 0) + count;
      }
      await sleep(REST_MS, undefined, { signal });
      samples.push(sample(stage, slice * count));
    }
    return { samples, others };
  },
};

function sample(stage, requests) {
  const processes = stage.processes();
  const gateway = processes.find(({ role }) => role === 'gateway');
  const workers = processes.filter(({ role }) => role === 'workers');
  return {
    requests,
    residentBytes: readMemory(gateway.pid).residentBytes,
    pssBytes: readPssBytes(gateway.pid),
    descriptors: readdirSync(`/proc/${gateway.pid}/fd`).length,
    children: workers.length,
    workersPssBytes: workers.reduce((sum, { pid }) => sum + readPssBytes(pid), 0),
  };
}
