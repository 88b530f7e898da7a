// `sluice decode`: says in words what one side of a connection has sent.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FlagValues } from '../../config/index.ts';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { oneLine } from '../commands/format.ts';
import { readAll } from '../read-all.ts';
import { decoders } from './decoders.ts';
import { DecodeError } from './line.ts';

/** Prints a line for each record or packet. The exit code tells whether all of them are well formed. */
export async function decode(file: string, flags: FlagValues, context: CliContext): Promise<ExitCode> {
  const fail = (code: ExitCode, message: string): ExitCode => {
    context.stderr.write(`sluice: ${file}: ${message}\n`);
    return code;
  };
  const bytes = await readBytes(file, context);
  if (typeof bytes === 'string') return fail(exitCodes.usage, bytes);
  const name = typeof flags['as'] === 'string' ? flags['as'] : guess(bytes);
  const known = name === null ? undefined : decoders[name];
  if (known === undefined) {
    const names = Object.keys(decoders).join(', ');
    const first = bytes.toString('hex', 0, 8);
    const seen =
      name === null ? `it begins like no protocol (${first || 'it is empty'}); ` : `--as ${name}: `;
    return fail(exitCodes.usage, `${seen}there are ${names}`);
  }
  try {
    for (const { at, text, details = [] } of (await known.load())(bytes)) {
      context.stdout.write(`${String(at).padStart(8)}  ${text}\n`);
      for (const line of details) context.stdout.write(`${' '.repeat(12)}${oneLine(line)}\n`);
    }
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return fail(exitCodes.failed, `at byte ${error.at}: ${error.message}`);
  }
}

/** What is in the file, or why it cannot be read. */
async function readBytes(file: string, context: CliContext): Promise<Buffer | string> {
  if (file === '-') return Buffer.concat(await readAll(context.stdin));
  try {
    return readFileSync(resolve(context.directory, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
  }
}

function guess(bytes: Buffer): string | null {
  return Object.entries(decoders).find(([, { begins }]) => begins(bytes))?.[0] ?? null;
}
