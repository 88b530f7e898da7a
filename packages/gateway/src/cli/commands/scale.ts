// `sluice scale`: changes the number of worker processes.
import { formatProcessRange, parseProcessRange, processRange } from '../../config/kinds/process-range.ts';
import { askControl } from '../../control/client.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { ControlCall } from './call.ts';

/** Has the gateway change it. Processes that are not wanted any more finish what they run. */
export async function scale({ path, argument = '', flags, context }: ControlCall): Promise<ExitCode> {
  const processes = parseProcessRange(argument);
  if (!processes || !processRange.schema.safeParse(processes).success) {
    context.stderr.write(
      `sluice: ${argument} is not possible; give a whole number from 1 to 1024, or two such as 2-8\n`,
    );
    return exitCodes.usage;
  }
  const pool = typeof flags['pool'] === 'string' ? flags['pool'] : 'default';
  const { result, close } = await askControl(path, { command: 'scale', pool, processes });
  close();
  const text = `pool ${pool}: ${formatProcessRange(processes)} processes`;
  context.stdout.write(`${flags['json'] === true ? JSON.stringify(result) : text}\n`);
  return exitCodes.ok;
}
