// Whether a server that was started accepts connections yet.
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../deadline.ts';
import type { RunningProcess } from '../process.ts';

/**
 * Waits until somebody accepts connections on a loopback port, or on the Unix socket with that path; fails at once when
 * the process ends before.
 */
export async function untilListening(
  running: RunningProcess,
  place: number | string,
  explain: () => string,
): Promise<void> {
  await until(
    `${running.name} accepts connections`,
    async () => {
      if (running.hasEnded) throw new Error(`${running.name} ended\n${running.output()}\n${explain()}`);
      return (await accepts(place)) || undefined;
    },
    60_000,
  );
}

async function accepts(place: number | string): Promise<boolean> {
  const socket = connect(typeof place === 'number' ? { port: place, host: '127.0.0.1' } : { path: place });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
