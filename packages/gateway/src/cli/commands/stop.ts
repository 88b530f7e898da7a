// `sluice stop` and `sluice drain`: end a gateway, and wait until it has ended.
import { askControl } from '../../control/client.ts';
import type { ControlRequest } from '../../control/protocol.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { ControlCall } from './call.ts';

/** Ends it within its `stop_timeout`, or at once with `--now`. */
export function stop(call: ControlCall): Promise<ExitCode> {
  return end(call, { command: 'stop', isNow: call.flags['now'] === true });
}

/** Ends it when everything it has is finished, however long that takes. */
export function drain(call: ControlCall): Promise<ExitCode> {
  return end(call, { command: 'drain' });
}

async function end(
  { path, flags, context }: ControlCall,
  request: Extract<ControlRequest, { command: 'stop' | 'drain' }>,
): Promise<ExitCode> {
  const { result, closed } = await askControl<'stop' | 'drain'>(path, request);
  await closed;
  context.stdout.write(flags['json'] === true ? `${JSON.stringify(result)}\n` : 'stopped\n');
  return exitCodes.ok;
}
