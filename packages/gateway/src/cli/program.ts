// The command `sluice`: which subcommands there are and what they take. What they do is in a file each.
import { Command, CommanderError } from 'commander';
import { check } from './check/check.ts';
import { addControlCommands, runControlCommand, type ControlCommandName } from './commands/control.ts';
import type { CliContext } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { addSettingOptions, readFlags } from './options.ts';
import { packageVersion } from './package-version.ts';
import { serve } from './serve.ts';

/** Runs one command line, without the names of node and the script. Resolves with the exit code. */
export async function runCli(words: readonly string[], context: CliContext): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = createProgram(async (name, argument, flags) => {
    code =
      name === 'serve' || name === 'check'
        ? await { serve, check }[name](argument, flags, context)
        : await runControlCommand(name, argument, flags, context);
  });
  configure(program, context);
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

/** Runs a subcommand. */
export type RunCommand = (
  command: 'serve' | 'check' | ControlCommandName,
  argument: string | undefined,
  flags: ReturnType<typeof readFlags>,
) => Promise<void>;

/** The program with its subcommands; `run` is called for the one that was named. */
export function createProgram(run: RunCommand): Command {
  const program = new Command('sluice')
    .description('The gateway between web servers and Python WSGI applications.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false);
  const serveCommand = program
    .command('serve')
    .summary('run an application')
    .description('Runs a Python application and listens for requests until SIGTERM or SIGINT.')
    .argument(
      '[target]',
      'the application: module:callable, module:factory() or a file (env: SLUICE_TARGET)',
    );
  const checkCommand = program
    .command('check')
    .summary('find out what would keep an application from running')
    .description(
      'Checks the configuration, the listeners, the interpreter and the import of the application. Starts nothing.',
    )
    .argument('[target]', 'the application, as for serve')
    .option(
      '--as <user>',
      'check that this user, such as that of the web server, can connect to the Unix sockets',
    );
  addSettingOptions(serveCommand);
  addSettingOptions(checkCommand);
  serveCommand.action((target: string | undefined) => run('serve', target, readFlags(serveCommand)));
  checkCommand.action((target: string | undefined) => run('check', target, readFlags(checkCommand)));
  addControlCommands(program, (name, argument, command) => run(name, argument, readFlags(command)));
  return program;
}

function configure(program: Command, { stdout, stderr }: CliContext): void {
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text.replace(/^error: /, 'sluice: ')),
    });
  }
}
