// Requests for different paths in a simulated pool.
import { makeExchange } from './exchanges.ts';
import type { Entry, Simulation } from './simulation.ts';

/** Hands the pool a request for a path; a slow one does not finish by itself. */
export function arriveFor(sim: Simulation, path: string, pace: 'quick' | 'slow' = 'quick'): Entry {
  const id = sim.entries.length;
  if (pace === 'slow') sim.slow.add(id);
  const variables = { ID: String(id), PATH_INFO: path };
  const entry = { id, begunBy: [], ...makeExchange({ variables }) };
  sim.entries.push(entry);
  sim.pool.handle(entry.exchange);
  return entry;
}
