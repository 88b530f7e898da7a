// What preloading saves: the memory of four workers with and without it, and how soon one that dies is replaced.
// `pnpm --filter @sluice/bench memory`. It prints and stores nothing.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SCRIPT } from '../servers/sluice.mjs';
import { freePort } from '../stage/ports.mjs';
import { readPssBytes } from '../stage/proc.mjs';
import { PYTHON } from '../stage/requirements.mjs';
import { Stage } from '../stage/stage.mjs';

const APPS = fileURLToPath(new URL('../../apps/', import.meta.url));
const PROCESSES = 4;
const REQUESTS = 2_000;
const CLIENTS = 16;
const DEATHS = 10;
const DEADLINE_MS = 30_000;
const MIB = 2 ** 20;

/** Waits until the log of the gateway has so many lines like this, and returns them. */
async function lines(stage, pattern, count) {
  for (const deadline = Date.now() + DEADLINE_MS; ;) {
    const log = readFileSync(stage.path('sluice.log'), 'utf8').split('\n');
    const found = log.filter((line) => pattern.test(line)).map((line) => JSON.parse(line));
    if (found.length >= count) return found;
    if (Date.now() > deadline) throw new Error(`no ${count} lines like ${pattern}:\n${log.join('\n')}`);
    await sleep(20);
  }
}

async function load(port) {
  let left = REQUESTS;
  const client = async () => {
    while (left-- > 0) {
      const response = await fetch(`http://127.0.0.1:${port}/`);
      if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

function residentBytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

/** Milliseconds from the end of each worker that is killed until the next one is ready. */
async function replacements(stage) {
  const times = [];
  for (let count = 1; count <= DEATHS; count++) {
    const ready = await lines(stage, /"worker ready"/, PROCESSES + count - 1);
    process.kill(ready.at(-1).pid, 'SIGKILL');
    const { time } = (await lines(stage, /"worker ready"/, PROCESSES + count)).at(-1);
    const ended = (await lines(stage, /SLUICE_WORKER_ENDED/, count)).at(-1);
    times.push(new Date(time) - new Date(ended.time) - ended.restartInMs);
  }
  return times.toSorted((a, b) => a - b);
}

async function measure(isPreloaded) {
  const stage = new Stage();
  try {
    const port = await freePort();
    const flags = ['--processes', `${PROCESSES}`, '--http', `127.0.0.1:${port}`, '--log-format', 'json'];
    const where = ['--directory', APPS, '--python', PYTHON];
    const args = [SCRIPT, 'serve', 'imports:application', ...where, ...flags];
    const roleOf = ({ isRoot }) => (isRoot ? 'gateway' : 'workers');
    stage.spawn({
      name: 'sluice',
      command: process.execPath,
      args: isPreloaded ? [...args, '--preload'] : args,
      roleOf,
    });
    await lines(stage, /"worker ready"/, PROCESSES);
    await load(port);
    const pids = stage.processes().filter(({ role }) => role === 'workers');
    const sum = (read) => pids.reduce((total, { pid }) => total + read(pid), 0);
    const [pss, resident] = [sum(readPssBytes), sum(residentBytes)];
    const times = await replacements(stage);
    return { count: pids.length, pss, resident, median: times[Math.floor(times.length / 2)] };
  } finally {
    await stage.close();
  }
}

console.log('| preload | processes | proportional set size | resident size | a worker is replaced after |');
console.log('| ------- | --------: | --------------------: | ------------: | -------------------------: |');
for (const isPreloaded of [false, true]) {
  const { count, pss, resident, median } = await measure(isPreloaded);
  const cells = [isPreloaded ? 'on' : 'off', count, `${Math.round(pss / MIB)} MiB`];
  console.log(`| ${[...cells, `${Math.round(resident / MIB)} MiB`, `${median} ms`].join(' | ')} |`);
}
