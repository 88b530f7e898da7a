// What `sluice import` takes.
import type { Command } from 'commander';
import { sources } from '../../import/sources.ts';
import { listed } from '../../webserver/site.ts';

/** Adds the command to the program; `run` is called for it. */
export function addImportCommand(
  program: Command,
  run: (file: string, target: string | undefined, command: Command) => Promise<void>,
): void {
  const names = listed(sources.map(({ name }) => name));
  const keys = sources.map(({ key }) => key).join(', ');
  const command = program
    .command('import')
    .summary('print the sluice.toml for the configuration of another server')
    .description(
      `Reads a configuration of ${names} and prints the sluice.toml for it. What differs and what is not carried over is said on standard error and in comments.`,
    )
    .argument('<file>', 'the file, such as uwsgi.ini')
    .argument('[target]', 'the application, if the file does not name it')
    .option('--from <server>', `whose file it is: ${keys} (default: as its name says)`)
    .option('--strict', 'end with exit code 7 if anything was not carried over')
    .option('--run', 'run Python files too, for values that only this tells')
    .option('--python <path>', 'the interpreter that reads Python files (default: as for serve)');
  command.action((file: string, target: string | undefined) => run(file, target, command));
}
