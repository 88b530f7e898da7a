// Kinds of traffic for a simulated pool.
import { randomNumbers } from './discrete-events.ts';
import type { PolicySimulation } from './policy-simulation.ts';

/** Requests that come whether or not the others have been answered, at random moments. */
export interface OpenTraffic {
  readonly path: string;
  readonly perSecond: number;
  /** How long one takes; may depend on when it comes. */
  readonly takesMs: number | ((nowMs: number) => number);
  /** By how much of that it may take more or less; default a half. */
  readonly spread?: number;
  readonly fromMs?: number;
  readonly untilMs: number;
  readonly seed: number;
}

/** Starts open traffic. Times between requests are exponential, those they take evenly spread. */
export function openTraffic(sim: PolicySimulation, traffic: OpenTraffic): void {
  const random = randomNumbers(traffic.seed);
  const { events } = sim;
  const comeAgain = (): void => {
    const gapMs = (-Math.log(1 - random()) * 1_000) / traffic.perSecond;
    events.after(gapMs, () => {
      if (events.nowMs >= traffic.untilMs) return;
      const takesMs = typeof traffic.takesMs === 'number' ? traffic.takesMs : traffic.takesMs(events.nowMs);
      const { spread = 0.5 } = traffic;
      sim.arrive(traffic.path, takesMs * (1 - spread + 2 * spread * random()));
      comeAgain();
    });
  };
  events.at(traffic.fromMs ?? 0, comeAgain);
}

/** Clients that ask again as soon as they have been answered, or a second after a 503. */
export function closedTraffic(sim: PolicySimulation, { path, clients, takesMs, untilMs }: Closed): void {
  const { events } = sim;
  const ask = (): void => {
    if (events.nowMs >= untilMs) return;
    const place = sim.jobs.length;
    sim.arrive(path, takesMs, () => {
      if (sim.jobs[place]?.isRefused) events.after(1_000, ask);
      else ask();
    });
  };
  for (let client = 0; client < clients; client++) events.at(client * 10, ask);
}

interface Closed {
  readonly path: string;
  readonly clients: number;
  readonly takesMs: number;
  readonly untilMs: number;
}

/** Requests that come all at once, again and again. */
export function burstTraffic(sim: PolicySimulation, { path, size, everyMs, takesMs, untilMs }: Bursts): void {
  for (let atMs = everyMs; atMs < untilMs; atMs += everyMs) {
    sim.events.at(atMs, () => {
      for (let count = 0; count < size; count++) sim.arrive(path, takesMs);
    });
  }
}

interface Bursts {
  readonly path: string;
  readonly size: number;
  readonly everyMs: number;
  readonly takesMs: number;
  readonly untilMs: number;
}
