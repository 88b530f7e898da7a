// uWSGI with the application of the behaviour table, by each of the protocols it speaks.
import { spawnSync } from 'node:child_process';
import { APPS } from '../gateway.ts';
import { findProgram, program, programPart, type Part } from '../require.ts';
import { launch, type WebServer } from './web-server.ts';
import type { TestBed } from '../bed.ts';

/** What it speaks. */
export type UwsgiProtocol = 'fastcgi' | 'scgi' | 'uwsgi' | 'http';

const SOCKETS: Readonly<Record<UwsgiProtocol, string>> = {
  fastcgi: 'fastcgi-socket',
  scgi: 'scgi-socket',
  uwsgi: 'uwsgi-socket',
  http: 'http-socket',
};

/** What has to be installed. */
export const uwsgiParts: readonly Part[] = [
  programPart('uwsgi'),
  { name: "uWSGI's plugin for Python 3", isPresent: hasPlugin() },
];

/** Starts it and waits until it accepts connections. */
export function startUwsgi(bed: TestBed, protocol: UwsgiProtocol, port: number): Promise<WebServer> {
  const settings = [
    'plugin=python3',
    `chdir=${APPS}`,
    'module=behaviours:application',
    'need-app',
    'master',
    'processes=2',
    'die-on-term',
    'disable-logging',
    // Else 4096 bytes of variables are enough to be hung up on.
    'buffer-size=65535',
    // Else it resets a connection whose body the application has not read, and the reply may be lost with it.
    'post-buffering=8192',
    `${SOCKETS[protocol]}=127.0.0.1:${port}`,
  ];
  return launch(bed, {
    name: 'uwsgi',
    command: 'uwsgi',
    args: settings.map((setting) => `--${setting}`),
    listensOn: port,
    // It says a great deal about itself.
    isComplaint: (line) => /^\w*(?:Error|Exception)\b|!!!.*error/i.test(line),
    // A client has gone.
    expectedLog: [/OSError: write error/],
  });
}

/** Starts it in the site of the bed with an ini file there, which says where it listens. */
export function runUwsgiFile(bed: TestBed, file: string, port: number): Promise<WebServer> {
  return launch(bed, {
    name: 'uwsgi',
    command: 'uwsgi',
    args: ['--plugin=python3', '--die-on-term', `--ini=${file}`],
    listensOn: port,
    isComplaint: (line) => /^\w*(?:Error|Exception)\b|!!!.*error/i.test(line),
  });
}

/** The names of all its options, and of those of its plugin for Python. */
export function uwsgiOptions(): readonly string[] {
  const { stdout } = spawnSync(program('uwsgi'), ['--plugin=python3', '--help'], { encoding: 'utf8' });
  return [...stdout.matchAll(/^ +(?:-\w\|)?--(\S+)/gm)].map(([, name = '']) => name);
}

function hasPlugin(): boolean {
  const uwsgi = findProgram('uwsgi');
  if (uwsgi === undefined) return false;
  return spawnSync(uwsgi, ['--plugin=python3', '--python-version'], { timeout: 10_000 }).status === 0;
}
