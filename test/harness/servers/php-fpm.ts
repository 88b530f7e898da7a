// php-fpm with one pool of a few processes, and scripts that a test writes.
import { findProgram, type Part } from '../require.ts';
import { launch, type WebServer } from './web-server.ts';
import type { TestBed } from '../bed.ts';

const NAMES = ['php-fpm', 'php-fpm8.4', 'php-fpm8.3', 'php-fpm8.2'];
const NAME: string | undefined = NAMES.find((name) => findProgram(name) !== undefined);

/** What has to be installed. */
export const phpFpmPart: Part = { name: 'php-fpm', isPresent: NAME !== undefined };

/** How php-fpm is set up. */
export interface PhpFpmOptions {
  /** Scripts by name. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly processes: number;
}

/** A running php-fpm. */
export interface PhpFpm {
  readonly server: WebServer;
  /** Where it listens, as an upstream names it. */
  readonly address: string;
  /** Where the scripts are. */
  readonly root: string;
}

/** Starts php-fpm and waits until it accepts connections. */
export async function startPhpFpm(bed: TestBed, options: PhpFpmOptions): Promise<PhpFpm> {
  const { site } = bed;
  const root = site.makeDirectory('php');
  for (const [name, script] of Object.entries(options.scripts)) site.write(`php/${name}`, script);
  const socket = site.path('php-fpm');
  const log = site.path('php-fpm.log');
  const isRoot = process.getuid?.() === 0;
  const config = site.write(
    'php-fpm.conf',
    [
      '[global]',
      // Its standard error is a socket here, which it cannot open by name.
      `error_log = ${log}`,
      'log_level = warning',
      'daemonize = no',
      '[www]',
      ...(isRoot ? ['user = root', 'group = root'] : []),
      `listen = ${socket}`,
      'pm = static',
      `pm.max_children = ${options.processes}`,
      'ping.path = /ping',
      'catch_workers_output = yes',
      'decorate_workers_output = no',
      'php_admin_value[post_max_size] = 64M',
      `php_admin_value[sys_temp_dir] = ${site.makeDirectory('php-temp')}`,
      'php_admin_value[display_errors] = 0',
      'php_admin_flag[log_errors] = 1',
      '',
    ].join('\n'),
  );
  const server = await launch(bed, {
    name: 'php-fpm',
    command: NAME ?? 'php-fpm',
    args: ['--nodaemonize', '--fpm-config', config, ...(isRoot ? ['--allow-to-run-as-root'] : [])],
    listensOn: socket,
    logs: [log],
    // What scripts write goes to the gateway as well, and is looked at there.
    isComplaint: (line) => /^\[[^\]]+\] (?:WARNING|ERROR|ALERT)/.test(line),
  });
  return { server, address: `unix:${socket}`, root };
}
