// Whether a server has done with what was asked of it.
const CALM_MS = 250;
const CALM_ANSWERS = 5;
const DEADLINE_MS = 120_000;

/** Asks one request after another until five in a row are answered within a quarter of a second. Throws after two minutes. */
export async function untilCalm(url, signal) {
  const deadline = performance.now() + DEADLINE_MS;
  for (let calm = 0; calm < CALM_ANSWERS;) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`not calm again within ${DEADLINE_MS / 1000} s`);
    const started = performance.now();
    const isServed = await ask(url, AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]));
    calm = isServed && performance.now() - started < CALM_MS ? calm + 1 : 0;
  }
}

async function ask(url, signal) {
  try {
    const response = await fetch(url, { signal });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
