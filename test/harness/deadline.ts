// Waiting in tests: always for evidence, always with a deadline.
import { setTimeout as delay } from 'node:timers/promises';

const PROBE_INTERVAL_MS = 20;

/** The result of `promise`, or an error with `message` when it takes longer than `deadlineMs`. */
export async function within<T>(deadlineMs: number, promise: Promise<T>, message: () => string): Promise<T> {
  const timer = new AbortController();
  const late = delay(deadlineMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${message()}\n(waited ${deadlineMs} ms)`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}

/** Asks again and again until the answer is not undefined; for facts of the system that announce themselves to nobody. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 10_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`not in ${deadlineMs} ms: ${what}`);
    await delay(PROBE_INTERVAL_MS);
  }
}
