// What `sluice request` takes.
import type { Command } from 'commander';
import { upstreamProtocols } from '../../config/kinds/upstream.ts';
import { listed } from '../../webserver/site.ts';

/** Adds the command to the program; `run` is called for it. */
export function addRequestCommand(
  program: Command,
  run: (url: string, command: Command) => Promise<void>,
): void {
  const repeated = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  const command = program
    .command('request')
    .summary('send one request to a server, in any of its protocols')
    .description(
      `Sends one request and prints the body of the answer. Servers speak ${listed(upstreamProtocols)}: fastcgi://127.0.0.1:9000/path?query, or fastcgi://unix:/run/app.sock:/path for a Unix socket. What the server wants in a log goes to standard error.`,
    )
    .argument('<url>', 'protocol, server, path and query')
    .option('-X, --method <method>', 'the method (default: GET; with --data: POST)')
    .option('-H, --header <line>', 'a header such as "Accept: text/html"; may be repeated', repeated)
    .option('-d, --data <text>', 'the body; @FILE is what is in a file, @- what comes on standard input')
    .option(
      '-P, --param <NAME=VALUE>',
      'a request variable, also one that is set anyway; may be repeated',
      repeated,
    )
    .option('--mount <path>', 'the part of the path that becomes SCRIPT_NAME (default: none)')
    .option(
      '--document-root <directory>',
      "where the scripts are, as the server sees it: sets PHP's SCRIPT_FILENAME",
    )
    .option('--secret-file <path>', 'a file with the secret of an AJP server')
    .option('--timeout <duration>', 'how long all of it may take', '30s')
    .option('-i, --include', 'print the head of the answer, too')
    .option('-v, --verbose', 'tell on standard error what is sent and what comes')
    .option('--fail', 'end with exit code 8 if the status is 400 or more');
  command.action((url: string) => run(url, command));
}
