// The body of `sluice request`: a text, a file, or what comes on standard input.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BodyBytes, type CollectedBody } from '../../exchange/body.ts';
import type { CliContext } from '../context.ts';
import { readAll } from '../read-all.ts';
import { RequestError } from './request-error.ts';

/** Reads what `--data` says. Throws a RequestError if there is no such file. */
export async function readBody(data: string, context: CliContext): Promise<CollectedBody> {
  if (!data.startsWith('@')) return new BodyBytes([Buffer.from(data)]);
  const name = data.slice(1);
  if (name === '-') return new BodyBytes(await readAll(context.stdin));
  return fileBody(name, resolve(context.directory, name));
}

function fileBody(name: string, path: string): CollectedBody {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts?.isFile() !== true) throw new RequestError(`--data: there is no file ${JSON.stringify(name)}`);
  return { kind: 'file', path, sizeBytes: facts.size };
}
