// Says what keeps a process alive, in the words of Node: timers, sockets, processes, watched files, requests of the system.

/** Jest's own, or threads of the pool that finish by themselves: a suite does not choose them. */
const NOT_OF_SUITES = new Set(['TTYWrap', 'Immediate', 'CloseReq']);

/** How many there are of each kind. */
export function countResources() {
  const counts = new Map();
  for (const name of process.getActiveResourcesInfo()) {
    if (!NOT_OF_SUITES.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** What has come since, such as `1 Timeout`. */
export function moreThan(before, after) {
  return [...after]
    .map(([name, count]) => [name, count - (before.get(name) ?? 0)])
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
}
