// The command `sluice`: which subcommands there are and what they take. What they do is in a file each.
import { Command, CommanderError } from 'commander';
import { listed } from '../webserver/site.ts';
import { webServers } from '../webserver/servers.ts';
import { addControlCommands, runControlCommand, type ControlCommandName } from './commands/control.ts';
import { addWebOptions } from './config/options.ts';
import { addDecodeCommand } from './decode/options.ts';
import type { CliContext } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { addImportCommand } from './import/options.ts';
import { addSettingOptions, readFlags } from './options.ts';
import { addRequestCommand } from './request/options.ts';
import { packageVersion } from './package-version.ts';
import { serve } from './serve.ts';

/** Runs one command line, without the names of node and the script. Resolves with the exit code. */
export async function runCli(words: readonly string[], context: CliContext): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = createProgram(async (name, argument, flags) => {
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
  if (typeof command === 'string') return runControlCommand(command, argument, flags, context);
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
  const configCommand = program
    .command('config')
    .summary("print the web server's side")
    .description(
      "Prints the web server's configuration that goes with the gateway's: what is in sluice.toml, or the same flags as for serve.",
    )
    .argument('<server>', `${listed(Object.keys(webServers).filter((key) => !key.includes(':')))}`)
    .argument('[target]', 'the application, as for serve');
  addWebOptions(configCommand);
  addSettingOptions(serveCommand);
  addSettingOptions(checkCommand);
  addSettingOptions(configCommand);
  serveCommand.action((target: string | undefined) => run('serve', target, readFlags(serveCommand)));
  checkCommand.action((target: string | undefined) => run('check', target, readFlags(checkCommand)));
  configCommand.action((server: string, target: string | undefined) =>
    run({ server }, target, readFlags(configCommand)),
  );
  addImportCommand(program, (file, target, command) => run({ file }, target, readFlags(command)));
  addRequestCommand(program, (url, command) => run({ url }, undefined, readFlags(command)));
  addDecodeCommand(program, (capture, command) => run({ capture }, undefined, readFlags(command)));
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
