// `sluice trace`: the requests of a running gateway, each when it is over.
import { duration } from '../../config/kinds/quantity.ts';
import { followControl } from '../../control/client.ts';
import { STATUS, type TraceRequest } from '../../control/protocol.ts';
import type { TraceEvent, TraceGap } from '../../control/trace-event.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { ControlCall } from './call.ts';
import { TraceLines } from './trace-lines.ts';

const slowness = duration('0ms', '24h');

/** Prints them until somebody stops it, or until the gateway ends. */
export async function trace({ path, flags, context }: ControlCall): Promise<ExitCode> {
  const { stdout, stderr, signals } = context;
  const request = requestOf(flags);
  if ('problem' in request) {
    stderr.write(`sluice: ${request.problem}\n`);
    return exitCodes.usage;
  }
  let stop = (): void => {};
  const stopped = new Promise<'stopped'>((resolve) => (stop = (): void => resolve('stopped')));
  const lines = flags['json'] === true ? null : new TraceLines();
  const tell = (line: string): void => {
    stdout.write(lines === null ? `${line}\n` : lines.format(JSON.parse(line) as TraceEvent | TraceGap));
    if (stdout.writable === false) stop();
  };
  const { closed, close, follow } = await followControl(path, request);
  signals.on('SIGINT', stop);
  signals.on('SIGTERM', stop);
  try {
    if (lines !== null) stdout.write(lines.heading);
    follow(tell);
    const end = await Promise.race([stopped, closed]);
    if (end !== 'stopped') stderr.write('sluice: the gateway has ended\n');
    return exitCodes.ok;
  } finally {
    close();
    signals.off('SIGINT', stop);
    signals.off('SIGTERM', stop);
  }
}

function requestOf(flags: ControlCall['flags']): TraceRequest | { readonly problem: string } {
  const { path, status } = flags;
  const slowerThan = flags['slower-than'];
  const slowerThanMs = slowness.schema.safeParse(slowerThan ?? '0ms');
  if (!slowerThanMs.success)
    return { problem: `--slower-than ${String(slowerThan)}: give ${slowness.allowed}` };
  const wanted = typeof status === 'string' ? status.split(',') : [];
  const unknown = wanted.find((each) => !STATUS.test(each));
  if (unknown !== undefined) {
    return {
      problem: `--status ${String(status)}: give a status such as 404, a class such as 5xx, none, or several with commas`,
    };
  }
  return {
    command: 'trace',
    path: typeof path === 'string' ? path : null,
    slowerThanMs: slowerThanMs.data,
    status: wanted,
  };
}
