// Every subcommand and what it takes.
import type { Command } from 'commander';
import { listed } from '../webserver/site.ts';
import { webServers } from '../webserver/servers.ts';
import { addControlCommands } from './commands/control.ts';
import { addWebOptions } from './config/options.ts';
import { addDecodeCommand } from './decode/options.ts';
import { addImportCommand } from './import/options.ts';
import { addSettingOptions, readFlags } from './options.ts';
import { addServeCommand, bareProgram, type RunCommand } from './program.ts';
import { addRequestCommand } from './request/options.ts';

/** The program with its subcommands; `run` is called for the one that was named. */
export function createProgram(run: RunCommand): Command {
  const program = bareProgram();
  addServeCommand(program, run);
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
  addSettingOptions(checkCommand);
  addSettingOptions(configCommand);
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
