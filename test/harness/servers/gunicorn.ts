// gunicorn with the application of the behaviour table.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { APPS } from '../gateway.ts';
import { canImport } from '../python.ts';
import { launch, type WebServer } from './web-server.ts';
import type { Part } from '../require.ts';
import type { TestBed } from '../bed.ts';

/** How it works: a process for each request, or threads that keep connections. */
export type GunicornWorker = 'sync' | 'gthread';

// Where `npm test` puts it.
const PYTHON = fileURLToPath(new URL('../../../.cache/peers/bin/python', import.meta.url));

/** What has to be installed. */
export const gunicornParts: readonly Part[] = [
  { name: 'gunicorn', isPresent: canImport(PYTHON, 'gunicorn') },
];

/** Starts it in the site of the bed with a configuration file there, which says where it listens. */
export function runGunicornFile(bed: TestBed, file: string, port: number): Promise<WebServer> {
  return launch(bed, {
    name: 'gunicorn',
    command: 'env',
    args: [PYTHON, '-m', 'gunicorn', `--config=${file}`, '--no-control-socket', '--log-level=warning'],
    listensOn: port,
    // The access log of the file.
    isComplaint: (line) => !line.startsWith('127.0.0.1'),
  });
}

/** The names of all its settings. */
export function gunicornSettings(): readonly string[] {
  const program = 'from gunicorn.config import KNOWN_SETTINGS\nfor each in KNOWN_SETTINGS: print(each.name)';
  return spawnSync(PYTHON, ['-c', program], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
}

/** Starts it and waits until it accepts connections. */
export function startGunicorn(
  bed: TestBed,
  protocol: 'http' | 'uwsgi',
  worker: GunicornWorker,
  port: number,
): Promise<WebServer> {
  const options = [
    `--chdir=${APPS}`,
    `--bind=127.0.0.1:${port}`,
    `--protocol=${protocol}`,
    `--worker-class=${worker}`,
    '--workers=2',
    ...(worker === 'gthread' ? ['--threads=2'] : []),
    // Its ceilings are below those of the table.
    '--limit-request-line=8190',
    '--limit-request-field_size=65536',
    '--no-control-socket',
    '--log-level=warning',
  ];
  return launch(bed, {
    name: 'gunicorn',
    // The interpreter is in no directory for programs.
    command: 'env',
    args: [PYTHON, '-m', 'gunicorn', ...options, 'behaviours:application'],
    listensOn: port,
    isComplaint: (line) => /^\w*(?:Error|Exception)\b|\[(?:ERROR|CRITICAL)\]/.test(line),
    // An application that fails, and somebody who only looks whether it listens.
    expectedLog: [/Error handling request/],
  });
}
