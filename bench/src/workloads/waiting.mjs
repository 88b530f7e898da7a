// Applications that are not ready at once: here the queue matters, not the microseconds.

const MANY_CLIENTS = [512];

/** @returns {import('./workload.mjs').Workload} */
function waiting(name, title, application, connections) {
  return { name, title, application, answer: Buffer.from('Hello, world\n'), processes: [2], connections };
}

export const sleep10 = waiting('sleep10', 'sleeping 10 ms', 'sleep10.py', MANY_CLIENTS);
export const sleep100 = waiting('sleep100', 'sleeping 100 ms', 'sleep100.py', MANY_CLIENTS);
export const compute = waiting('compute', 'computing for 20 ms', 'compute.py', [32]);
