// What `sluice decode` takes.
import type { Command } from 'commander';
import { listed } from '../../webserver/site.ts';
import { decoders } from './decoders.ts';

/** Adds the command to the program; `run` is called for it. */
export function addDecodeCommand(
  program: Command,
  run: (file: string, command: Command) => Promise<void>,
): void {
  const keys = Object.keys(decoders);
  const command = program
    .command('decode')
    .summary('say in words what was sent over a connection')
    .description(
      'Reads what one side of a connection has sent, such as a stream that Wireshark or tcpflow has saved, and prints each record or packet: where it begins, what it is, what is in it. At the first one that is not well formed it says why, and ends with exit code 8.',
    )
    .argument('<file>', 'the bytes of one direction of one connection; - is standard input')
    .option('--as <protocol>', `${listed(keys)} (default: as the first bytes say)`);
  command.action((file: string) => run(file, command));
}
