// Waits until a peer gives the right answer: a fast wrong answer is no result.
import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MS = 20_000;
const POLL_MS = 50;

/**
 * Asks until the answer is the workload's, byte by byte. Throws when a server ends or the deadline passes, with the
 * last wrong answer and what the servers wrote.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {string} url
 * @param {import('../workloads/workload.mjs').Workload} workload
 */
export async function untilCorrect(stage, url, workload) {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const wrong = await whatIsWrong(url, workload);
    if (wrong === undefined) return;
    if (stage.isBroken) throw new Error(`a server ended (${wrong})\n${stage.output()}`);
    if (performance.now() > deadline) throw new Error(`no correct answer: ${wrong}\n${stage.output()}`);
    await sleep(POLL_MS);
  }
}

async function whatIsWrong(url, { answer, headers = [], requestBodyBytes = 0 }) {
  const init = {
    headers: Object.fromEntries(headers.map((header) => header.split(': '))),
    signal: AbortSignal.timeout(DEADLINE_MS),
    ...(requestBodyBytes > 0 && { method: 'POST', body: Buffer.alloc(requestBodyBytes, 'x') }),
  };
  try {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200) return `status ${response.status}`;
    return body.equals(answer) ? undefined : `a body of ${body.length} bytes that is not the expected one`;
  } catch (error) {
    return String(error.cause ?? error);
  }
}
