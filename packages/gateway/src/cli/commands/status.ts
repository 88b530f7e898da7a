// `sluice status`: what a running gateway does at this moment.
import { askControl } from '../../control/client.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { ControlCall } from './call.ts';
import { formatStatus } from './status-table.ts';

/** Prints it, for people or with `--json` for programs. */
export async function status({ path, flags, context }: ControlCall): Promise<ExitCode> {
  const { result, close } = await askControl(path, { command: 'status' });
  close();
  context.stdout.write(flags['json'] === true ? `${JSON.stringify(result)}\n` : formatStatus(result));
  return exitCodes.ok;
}
