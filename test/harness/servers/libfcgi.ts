// A responder on libfcgi, compiled when it is needed and started by spawn-fcgi: one request at a time, one connection at a time.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { program, programPart, type Part } from '../require.ts';
import { launch } from './web-server.ts';
import type { TestBed } from '../bed.ts';

const SOURCE = fileURLToPath(new URL('../../../packages/fastcgi/test/helpers/responder.c', import.meta.url));

/** What has to be installed. */
export const libFcgiParts: readonly Part[] = [
  programPart('gcc'),
  programPart('spawn-fcgi'),
  { name: 'libfcgi-dev', isPresent: existsSync('/usr/include/fcgiapp.h') },
];

/** Starts a responder and returns where it listens, as an upstream names it. */
export async function startResponder(bed: TestBed, name: string): Promise<string> {
  const binary = bed.site.path(name);
  const compiled = spawnSync(program('gcc'), ['-o', binary, SOURCE, '-lfcgi'], { encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(`the responder cannot be compiled:\n${compiled.stderr}`);
  // It would leave the file of a Unix socket behind.
  const port = await bed.reservePort();
  const address = `127.0.0.1:${port}`;
  await launch(bed, {
    name,
    // It becomes the responder, which gets the socket as its descriptor 0.
    command: 'spawn-fcgi',
    args: ['-n', '-a', '127.0.0.1', '-p', String(port), '--', binary],
    listensOn: port,
    expectedLog: [/^ready$/],
  });
  return address;
}
