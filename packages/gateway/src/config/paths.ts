// Makes the paths of a configuration absolute. A path in the file begins at the directory of the file, one from
// the environment or a flag at the current directory: each where its writer was looking.
import { resolve } from 'node:path';
import type { Step } from './locate.ts';
import type { Source } from './problems.ts';
import type {
  ControlAddress,
  GatewayConfig,
  ListenConfig,
  PoolConfig,
  RouteConfig,
  UpstreamAddress,
} from './types.ts';

/** Where relative paths begin. */
export interface PathBases {
  /** Absolute. */
  readonly currentDirectory: string;
  /** Absolute; the directory of the configuration file. */
  readonly fileDirectory: string;
  readonly sourceOf: (path: readonly Step[]) => Source;
}

/** The configuration with absolute paths: directories, Unix sockets, secrets, and an interpreter that is named by a path. */
export function resolvePaths(config: GatewayConfig, bases: PathBases): GatewayConfig {
  const isFromFile = (path: readonly Step[]): boolean => bases.sourceOf(path).kind === 'file';
  const baseOf = (path: readonly Step[]): string =>
    isFromFile(path) ? bases.fileDirectory : bases.currentDirectory;

  const directory = resolve(baseOf(['app', 'directory']), config.app.directory);
  // An interpreter in the file is a part of the application: ".venv/bin/python" is the one beside it.
  const pythonBase = isFromFile(['app', 'python']) ? directory : bases.currentDirectory;
  return {
    ...config,
    app: { ...config.app, directory, python: resolvePython(config.app.python, pythonBase) },
    pools: Object.fromEntries(
      Object.entries(config.pools).map(([name, pool]) => [
        name,
        resolvePool(pool, bases.fileDirectory, directory),
      ]),
    ),
    listen: config.listen.map((listen, index) => ({
      ...resolveSocket(listen, baseOf(['listen', index, 'address'])),
      secretFile: resolveIfGiven(listen.secretFile, baseOf(['listen', index, 'secret_file'])),
      tlsCertificateFile: resolveIfGiven(
        listen.tlsCertificateFile,
        baseOf(['listen', index, 'tls', 'certificate']),
      ),
      tlsKeyFile: resolveIfGiven(listen.tlsKeyFile, baseOf(['listen', index, 'tls', 'key'])),
    })),
    upstreams: Object.fromEntries(
      Object.entries(config.upstreams).map(([name, upstream]) => [
        name,
        {
          ...upstream,
          servers: upstream.servers.map((server) => ({
            ...server,
            address: resolveServer(server.address, baseOf(['upstream', name, 'servers'])),
          })),
          secretFile: resolveIfGiven(upstream.secretFile, baseOf(['upstream', name, 'secret_file'])),
        },
      ]),
    ),
    routes: config.routes.map((route, index) => resolveRoute(route, baseOf(['route', index, 'to']))),
    control: {
      ...config.control,
      address: resolveControl(config.control.address, baseOf(['control', 'address'])),
      pidFile: resolveIfGiven(config.control.pidFile, baseOf(['control', 'pid_file'])),
    },
    log: { ...config.log, file: resolveIfGiven(config.log.file, baseOf(['log', 'file'])) },
    body: {
      ...config.body,
      spoolDirectory: resolveIfGiven(config.body.spoolDirectory, baseOf(['body', 'spool_directory'])),
    },
    static: config.static.map((files, index) => ({
      ...files,
      directory: resolve(baseOf(['static', index, 'directory']), files.directory),
    })),
    reply: {
      ...config.reply,
      sendfileDirectories: Object.fromEntries(
        Object.entries(config.reply.sendfileDirectories).map(([url, path]) => [
          url,
          resolve(baseOf(['reply', 'sendfile_directories']), path),
        ]),
      ),
    },
  };
}

// These settings are in the file only.
function resolvePool(pool: PoolConfig, fileDirectory: string, appDirectory: string): PoolConfig {
  const directory = resolveIfGiven(pool.directory, fileDirectory);
  return { ...pool, directory, python: resolvePython(pool.python, directory ?? appDirectory) };
}

// A name without a slash is looked up in PATH when the interpreter is needed.
function resolvePython(python: string | null, base: string): string | null {
  return python?.includes('/') === true ? resolve(base, python) : python;
}

function resolveIfGiven(path: string | null, base: string): string | null {
  return path === null ? null : resolve(base, path);
}

function resolveSocket(listen: ListenConfig, base: string): ListenConfig {
  if (listen.address.kind !== 'unix') return listen;
  return { ...listen, address: { kind: 'unix', path: resolve(base, listen.address.path) } };
}

function resolveControl(address: ControlAddress | null, base: string): ControlAddress | null {
  return address?.kind === 'unix' ? { kind: 'unix', path: resolve(base, address.path) } : address;
}

function resolveServer(address: UpstreamAddress, base: string): UpstreamAddress {
  return address.kind === 'unix' ? { kind: 'unix', path: resolve(base, address.path) } : address;
}

function resolveRoute(route: RouteConfig, base: string): RouteConfig {
  const { to } = route;
  return to.kind === 'server' ? { ...route, to: { ...to, address: resolveServer(to.address, base) } } : route;
}
