// Applications that are not ready at once: here the queue matters, not the microseconds.

const MANY_CLIENTS = [512];
/** As much at once as a server that has threads can do; one that has none serves as many as it has processes. */
const THREADS = 16;

/** @returns {import('./workload.mjs').Workload} */
function waiting(name, title, application, connections, threads) {
  const answer = Buffer.from('Hello, world\n');
  const usual = { name, title, application, answer, processes: [2], connections, secondsMin: 5 };
  return threads === undefined ? usual : { ...usual, threads };
}

export const sleep10 = waiting(
  'sleep10',
  `sleeping 10 ms, ${THREADS} threads each`,
  'sleep10.py',
  MANY_CLIENTS,
  THREADS,
);
export const sleep100 = waiting(
  'sleep100',
  `sleeping 100 ms, ${THREADS} threads each`,
  'sleep100.py',
  MANY_CLIENTS,
  THREADS,
);
export const compute = waiting('compute', 'computing for 20 ms', 'compute.py', [32]);
