// `sluice top`: what a running gateway does, again and again.
import { askControl } from '../../control/client.ts';
import type { GatewayStatus } from '../../control/status.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { ControlCall } from './call.ts';
import { formatStatus } from './status-table.ts';

const EVERY_MS = 1000;
/** To the upper left corner, and nothing below. */
const CLEAR = '\x1b[H\x1b[J';

/** Prints the status every second until somebody stops it, or until the gateway ends, which rejects. */
export async function top({ path, context }: ControlCall): Promise<ExitCode> {
  const { stdout, signals } = context;
  let stop = (): void => {};
  const stopped = new Promise<boolean>((resolve) => (stop = (): void => resolve(true)));
  signals.on('SIGINT', stop);
  signals.on('SIGTERM', stop);
  try {
    let before: GatewayStatus | null = null;
    do {
      const { result, close } = await askControl(path, { command: 'status' });
      close();
      stdout.write(`${stdout.isTTY === true ? CLEAR : ''}${rate(before, result)}${formatStatus(result)}\n`);
      before = result;
    } while (stdout.writable !== false && !(await within(EVERY_MS, stopped)));
    return exitCodes.ok;
  } finally {
    signals.off('SIGINT', stop);
    signals.off('SIGTERM', stop);
  }
}

/** How many requests have been answered since the last time; not after another gateway has taken its place. */
function rate(before: GatewayStatus | null, now: GatewayStatus): string {
  if (before === null || before.pid !== now.pid) return '';
  const seconds = (now.ageMs - before.ageMs) / 1000;
  return `${((now.counts.total - before.counts.total) / seconds).toFixed(1)} requests/s\n`;
}

/** Whether it came to pass in time. */
async function within(timeMs: number, event: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), timeMs)));
  const isOver = await Promise.race([event, late]);
  clearTimeout(timer);
  return isOver;
}
