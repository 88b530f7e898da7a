// The choice among the servers of an upstream. Pure: time is an argument.

/** A server as far as it matters for the choice. */
export interface Choosable {
  /** Above 0. */
  readonly weight: number;
  /** Requests it has. */
  readonly inFlight: number;
  /** Since when it is up, or null if it was up from the beginning. */
  readonly upSinceMs: number | null;
  /** How much is owed to it among equals. Written here only; it starts with 0. */
  credit: number;
}

/** Part of its weight that a server has in the first moment. */
const SLOW_START_MIN = 0.1;

/** The weight of a server at a moment: one that came up a little while ago has not all of it yet. */
export function weightAt(server: Choosable, slowStartMs: number, nowMs: number): number {
  const { weight, upSinceMs } = server;
  if (upSinceMs === null || slowStartMs === 0) return weight;
  const part = (nowMs - upSinceMs) / slowStartMs;
  return weight * Math.min(1, Math.max(SLOW_START_MIN, part));
}

/**
 * The server with the fewest requests for its weight. Among equals they take turns, each as often as its weight says
 * (smooth weighted round robin), so that weights hold even where there is never more than one request.
 */
export function choose<T extends Choosable>(
  servers: readonly T[],
  slowStartMs: number,
  nowMs: number,
): T | null {
  let equals: T[] = [];
  let least = Infinity;
  for (const server of servers) {
    const load = server.inFlight / weightAt(server, slowStartMs, nowMs);
    if (load > least) continue;
    if (load < least) equals = [];
    least = load;
    equals.push(server);
  }
  const [only, ...others] = equals;
  return only === undefined || others.length === 0
    ? (only ?? null)
    : takeTurns(equals, (server) => weightAt(server, slowStartMs, nowMs));
}

function takeTurns<T extends Choosable>(servers: readonly T[], weightOf: (server: T) => number): T | null {
  let total = 0;
  let chosen: T | null = null;
  for (const server of servers) {
    const weight = weightOf(server);
    total += weight;
    server.credit += weight;
    if (chosen === null || server.credit > chosen.credit) chosen = server;
  }
  if (chosen) chosen.credit -= total;
  return chosen;
}
