// What is there before any load: how soon the first answer comes, and what a worker weighs beside bare Python.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { direct } from './servers.mjs';
import { readMemory } from '../stage/proc.mjs';
import { PYTHON } from '../stage/requirements.mjs';
import { Stage } from '../stage/stage.mjs';
import { APPS } from '../workloads/workload.mjs';

const STARTS = 15;
const POLL_MS = 2;
const DEADLINE_MS = 30_000;
const WORKER_PACKAGE = fileURLToPath(new URL('../../../python/src/sluice', import.meta.url));
/** The same application, imported and called once, and nothing else. */
const BARE = `import sys
sys.path.insert(0, ${JSON.stringify(APPS)})
from hello import application
list(application({}, lambda status, headers: None))
print(flush=True)
sys.stdin.read()
`;

/**
 * @typedef {object} Footprint
 * @property {number[]} firstAnswerMs From the start of the command to its first answer over HTTP, one for each start.
 * @property {number[]} workerBytes Resident memory of the worker behind it.
 * @property {number[]} bareBytes Resident memory of python3 with the same application.
 */

/** @param {AbortSignal} signal @returns {Promise<Footprint>} */
export async function measureFootprint(signal) {
  // As pip leaves a package: compiling it anew costs a worker memory that it does not give back.
  execFileSync(PYTHON, ['-m', 'compileall', '-q', WORKER_PACKAGE, `${APPS}/hello.py`]);
  const footprint = { firstAnswerMs: [], workerBytes: [], bareBytes: [] };
  for (let start = 0; start < STARTS; start++) {
    signal.throwIfAborted();
    const stage = new Stage();
    try {
      const url = await direct(stage, 1);
      footprint.firstAnswerMs.push(await msUntilAnswer(url, stage));
      const worker = stage.processes().find(({ role }) => role === 'workers');
      footprint.workerBytes.push(readMemory(worker.pid).residentBytes);
    } finally {
      await stage.close();
    }
    footprint.bareBytes.push(await bareBytes());
  }
  return footprint;
}

async function msUntilAnswer(url, stage) {
  const began = performance.now();
  for (;;) {
    const isThere = await fetch(url).then(
      (response) => response.text().then(() => response.status === 200),
      () => false,
    );
    const passed = performance.now() - began;
    if (isThere) return passed;
    if (passed > DEADLINE_MS) throw new Error(`no answer\n${stage.output()}`);
    await sleep(POLL_MS);
  }
}

async function bareBytes() {
  const child = spawn(PYTHON, ['-c', BARE], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    return readMemory(child.pid).residentBytes;
  } finally {
    child.stdin.end();
    await exited;
  }
}
