// Reads a file that holds a secret of AJP: one line, for nobody but the gateway and its group.
import { readFileSync, statSync } from 'node:fs';
import type { Parsed } from './kinds/kind.ts';
import { formatPath, type Step } from './locate.ts';
import type { Problem, Source } from './problems.ts';
import type { GatewayConfig } from './types.ts';

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

/** Every secret that cannot be read. Paths are absolute. */
export function checkSecretFiles(
  { listen, upstreams }: GatewayConfig,
  sourceOf: (path: readonly Step[]) => Source,
): readonly Problem[] {
  const files = [
    ...listen.map(({ secretFile }, index) => ({ secretFile, path: ['listen', index, 'secret_file'] })),
    ...Object.entries(upstreams).map(([name, { secretFile }]) => ({
      secretFile,
      path: ['upstream', name, 'secret_file'],
    })),
  ];
  return files.flatMap(({ secretFile, path }) => {
    const read = secretFile === null ? null : readSecret(secretFile);
    if (read === null || 'value' in read) return [];
    return [{ source: sourceOf(path), key: formatPath(path), text: `${secretFile}: ${read.reason}` }];
  });
}

function parseSecret(text: string): Parsed<string> {
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') return { reason: 'it is empty; write a long random word into it' };
  if (/\p{Cc}/u.test(secret)) return { reason: 'it has more than one line, or control characters' };
  return { value: secret };
}
