// Reads the file that holds the secret of an AJP listener: one line, for nobody but the gateway and its group.
import { readFileSync, statSync } from 'node:fs';
import type { Parsed } from './kinds/kind.ts';
import type { Step } from './locate.ts';
import type { Problem, Source } from './problems.ts';
import type { ListenConfig } from './types.ts';

/** Permission bits of everybody who is neither owner nor in the group. */
const OTHERS = 0o007;

const failures: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission to read it is missing',
  EISDIR: 'it is a directory',
};

/** The secret in a file, without the newline at its end; or why it is none. */
export function readSecret(path: string): Parsed<string> {
  try {
    if ((statSync(path).mode & OTHERS) !== 0) {
      return { reason: `everybody on this machine has access to it; run chmod o= ${path}` };
    }
    return parseSecret(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { reason: 'it is not UTF-8' };
    return { reason: failures[code] ?? `it cannot be read (${code})` };
  }
}

/** Every listener whose secret cannot be read. Paths are absolute. */
export function checkSecretFiles(
  listen: readonly ListenConfig[],
  sourceOf: (path: readonly Step[]) => Source,
): readonly Problem[] {
  return listen.flatMap(({ secretFile }, index) => {
    const read = secretFile === null ? null : readSecret(secretFile);
    if (read === null || 'value' in read) return [];
    const source = sourceOf(['listen', index, 'secret_file']);
    return [{ source, key: `listen[${index}].secret_file`, text: `${secretFile}: ${read.reason}` }];
  });
}

function parseSecret(text: string): Parsed<string> {
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') return { reason: 'it is empty; write a long random word into it' };
  if (/\p{Cc}/u.test(secret)) return { reason: 'it has more than one line, or control characters' };
  return { value: secret };
}
