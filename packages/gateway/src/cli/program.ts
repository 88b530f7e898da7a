// The command `sluice`: runs the subcommand that is named. What each takes and does is in files of its own.
import { Command, CommanderError } from 'commander';
import type { ControlCommandName } from './commands/control.ts';
import type { CliContext } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { withCounterpart } from './foreign-flags.ts';
import { addSettingOptions, readFlags } from './options.ts';
import { packageVersion } from './package-version.ts';
import { serve } from './serve.ts';

/** Runs one command line, without the names of node and the script. Resolves with the exit code. */
export async function runCli(words: readonly string[], context: CliContext): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = await programFor(words, async (name, argument, flags) => {
    code = await runCommand(name, argument, flags, context);
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

/** What only one command needs is loaded for that one: the gateway is to serve soon. */
async function runCommand(
  command: Subcommand,
  argument: string | undefined,
  flags: ReturnType<typeof readFlags>,
  context: CliContext,
): Promise<ExitCode> {
  if (command === 'serve') return serve(argument, flags, context);
  if (command === 'check') return (await import('./check/check.ts')).check(argument, flags, context);
  if (typeof command === 'string') {
    const { runControlCommand } = await import('./commands/control.ts');
    return runControlCommand(command, argument, flags, context);
  }
  if ('server' in command)
    return (await import('./config/config.ts')).printConfig(command.server, argument, flags, context);
  if ('capture' in command)
    return (await import('./decode/decode.ts')).decode(command.capture, flags, context);
  if ('url' in command) return (await import('./request/request.ts')).request(command.url, flags, context);
  return (await import('./import/import.ts')).importConfig(command.file, argument, flags, context);
}

/** `sluice config` and the web server it is for. */
export interface ConfigCommand {
  readonly server: string;
}

/** `sluice import` and the file it reads. */
export interface ImportCommand {
  readonly file: string;
}

/** `sluice request` and whom it asks for what. */
export interface RequestCommand {
  readonly url: string;
}

/** `sluice decode` and the file it reads. */
export interface DecodeCommand {
  readonly capture: string;
}

/** A subcommand with what it is for. */
export type Subcommand =
  'serve' | 'check' | ConfigCommand | ImportCommand | RequestCommand | DecodeCommand | ControlCommandName;

/** Runs a subcommand. */
export type RunCommand = (
  command: Subcommand,
  argument: string | undefined,
  flags: ReturnType<typeof readFlags>,
) => Promise<void>;

/** The program without subcommands. */
export function bareProgram(): Command {
  return new Command('sluice')
    .description('The gateway between web servers and Python WSGI applications.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false);
}

/** Adds `sluice serve`; `run` is called for it. */
export function addServeCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('serve')
    .summary('run an application')
    .description('Runs a Python application and listens for requests until SIGTERM or SIGINT.')
    .argument(
      '[target]',
      'the application: module:callable, module:factory() or a file (env: SLUICE_TARGET)',
    );
  addSettingOptions(command);
  command.action((target: string | undefined) => run('serve', target, readFlags(command)));
}

/** What the words name decides what is loaded. */
async function programFor(words: readonly string[], run: RunCommand): Promise<Command> {
  if (words[0] !== 'serve') return (await import('./all-commands.ts')).createProgram(run);
  const program = bareProgram();
  addServeCommand(program, run);
  return program;
}

function configure(program: Command, { stdout, stderr }: CliContext): void {
  for (const command of [program, ...program.commands]) {
    const explain = hasSettings(command) ? withCounterpart : (text: string): string => text;
    command.exitOverride().configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(explain(text.replace(/^error: /, 'sluice: '))),
    });
  }
}

function hasSettings({ options }: Command): boolean {
  return options.some(({ long }) => long === '--processes');
}
