// `sluice reload`: has the code loaded again, and says what came of it.
import { askControl } from '../../control/client.ts';
import type { ReloadReport } from '../../control/status.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { ControlCall } from './call.ts';

/** Waits until the new code serves, or has failed to. */
export async function reload({ path, flags, context }: ControlCall): Promise<ExitCode> {
  const { result, close } = await askControl(path, { command: 'reload' });
  close();
  const hasFailed = result.some(({ reason }) => reason !== null);
  if (flags['json'] === true) context.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const report of result) tell(report, result.length > 1, context.stdout, context.stderr);
  return hasFailed ? exitCodes.application : exitCodes.ok;
}

type Output = ControlCall['context']['stdout'];

function tell({ pool, reason, detail }: ReloadReport, isOneOfMany: boolean, out: Output, err: Output): void {
  const subject = isOneOfMany ? `pool ${pool}: ` : '';
  if (reason === null) {
    out.write(`${subject}reloaded\n`);
    return;
  }
  err.write(`sluice: ${subject}not reloaded, the old code serves on: ${reason}\n`);
  if (detail !== '') err.write(detail.endsWith('\n') ? detail : `${detail}\n`);
}
