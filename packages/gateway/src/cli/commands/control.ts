// The commands that talk to a running gateway: what they take. What they do is in a file each.
import { Option, type Command } from 'commander';
import { ConfigError } from '../../config/index.ts';
import { ControlError } from '../../control/client.ts';
import type { FlagValues } from '../../config/overrides.ts';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { ControlCall } from './call.ts';
import { locateControl } from './locate-control.ts';
import { reload } from './reload.ts';
import { scale } from './scale.ts';
import { status } from './status.ts';
import { drain, stop } from './stop.ts';
import { top } from './top.ts';
import { trace } from './trace.ts';

const commands: Readonly<Record<ControlCommandName, (call: ControlCall) => Promise<ExitCode>>> = {
  status,
  top,
  trace,
  reload,
  scale,
  drain,
  stop,
};

/** The name of a command that talks to a running gateway. */
export type ControlCommandName = 'status' | 'top' | 'trace' | 'reload' | 'scale' | 'drain' | 'stop';

/** Adds the commands to the program; `run` is called for the one that was named. */
export function addControlCommands(
  program: Command,
  run: (name: ControlCommandName, argument: string | undefined, command: Command) => Promise<void>,
): void {
  const add = (
    name: ControlCommandName,
    summary: string,
    description: string,
    json: string | null = 'print the answer as JSON',
  ): Command => {
    const command = program.command(name).summary(summary).description(description);
    command.option(
      '--control <address>',
      'the control socket (default: as configured for the application in this directory, env: SLUICE_CONTROL)',
    );
    command.option(
      '--config <path>',
      'read settings from this file (default: ./sluice.toml if there is one)',
    );
    if (json !== null) command.addOption(new Option('--json', json));
    command.action(() => run(name, command.args[0], command));
    return command;
  };
  add(
    'status',
    'show what a running gateway does',
    'Shows pools, workers, what each thread runs and since when, what waits, and what has been answered.',
  );
  add(
    'top',
    'show it again every second',
    'Shows what status shows, again every second, until Ctrl-C.',
    null,
  );
  add(
    'trace',
    'show requests as they end',
    'Shows each request of a running gateway when it is over, with where its time went, until Ctrl-C or until the gateway ends: how long its body arrived (BODY), how long it waited for a worker (QUEUE), how long from then on until the first byte of the reply, if there was one (FIRST) and until the last (REST), and how long the client took what was left (CLIENT). Options that select requests have to match together.',
    'print each request as a line of JSON',
  )
    .option('--path <prefix>', 'only requests whose path begins with this')
    .option('--slower-than <duration>', 'only requests that took at least so long, such as 500ms')
    .option('--status <status>', 'only these: 404, 5xx, none, or several with commas');
  add(
    'reload',
    'load the code again',
    'Starts new workers and lets the old ones go when all of them are ready; no request is lost. If the new code cannot be loaded, the old serves on, and the exit code is 3.',
  );
  add(
    'scale',
    'change the number of worker processes',
    'Changes the number of worker processes of a pool until the gateway ends: a number, or a range such as 2-8.',
  )
    .argument('<processes>', 'how many, or a range')
    .option('--pool <name>', 'the pool (default: default)');
  add(
    'drain',
    'stop a gateway when it has nothing left to do',
    'The gateway accepts nothing new, finishes what runs and what waits, however long that takes, and ends.',
  );
  add(
    'stop',
    'stop a gateway',
    'The gateway accepts nothing new, finishes what runs and what waits within stop_timeout, and ends. If it is asked a second time it cuts off what still runs.',
  ).option('--now', 'cut off running requests at once');
}

/** Runs one of them. */
export async function runControlCommand(
  name: ControlCommandName,
  argument: string | undefined,
  flags: FlagValues,
  context: CliContext,
): Promise<ExitCode> {
  try {
    return await commands[name]({ path: locateControl(flags, context), argument, flags, context });
  } catch (error) {
    if (!(error instanceof ControlError || error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n')) context.stderr.write(`sluice: ${line}\n`);
    return error instanceof ControlError ? exitCodes.unreachable : exitCodes.usage;
  }
}
