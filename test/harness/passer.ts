// A gateway whose application passes its requests on, by a client that takes the place of flup's.
import { fileURLToPath } from 'node:url';
import { spawnSluice, watchedSettings, type Gateway } from './gateway.ts';
import { defaultPython } from './python.ts';
import type { TestBed } from './bed.ts';

const APPS = fileURLToPath(new URL('../apps/flup', import.meta.url));

/** How to start one. */
export interface PasserOptions {
  /** Where it speaks HTTP. */
  readonly port: number;
  readonly protocol: 'fastcgi' | 'scgi';
  /** Where its client connects: the path of a Unix socket, or host:port. */
  readonly to: string;
  /** Where scripts are, if the server needs to know: then it gets all variables, and SCRIPT_FILENAME. */
  readonly root?: string;
  readonly expectedLog?: readonly RegExp[];
}

/** Starts it and waits until it is ready. */
export async function startPasser(
  bed: TestBed,
  { port, protocol, to, root, expectedLog = [] }: PasserOptions,
): Promise<Gateway> {
  const environment = [
    `PASS_TO = ${JSON.stringify(`${protocol} ${to}`)}`,
    ...(root === undefined ? [] : [`PASS_ROOT = ${JSON.stringify(root)}`]),
  ];
  const config = bed.site.write(
    'passer.toml',
    [
      ...watchedSettings(bed),
      '[[listen]]',
      'protocol = "http"',
      `address = "127.0.0.1:${port}"`,
      '[app]',
      'target = "passing:application"',
      `directory = ${JSON.stringify(APPS)}`,
      `python = ${JSON.stringify(defaultPython())}`,
      `environment = { ${environment.join(', ')} }`,
      '[pool.default]',
      'processes = 1',
      'threads = 8',
      '',
    ].join('\n'),
  );
  const gateway = spawnSluice(bed, ['serve', '--config', config], expectedLog);
  await gateway.ready(1);
  return gateway;
}
