// `sluice config`: prints the web server's side of a configuration.
import { basename, resolve } from 'node:path';
import { ConfigError, type FlagValues } from '../../config/index.ts';
import { readSecret } from '../../config/secret-file.ts';
import { makeSite, SiteError, type Site } from '../../webserver/site.ts';
import { renderSite, webServers, type WebServer } from '../../webserver/servers.ts';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { findConfigFile, loadCommandConfig, type CommandConfig } from '../load.ts';
import { readWebOptions, type WebOptions } from './options.ts';

/** Stands for the application where none is named: only what starts a gateway needs to know it. */
const noTarget = 'module:application';

/** Prints it. */
export function printConfig(
  server: string,
  target: string | undefined,
  flags: FlagValues,
  context: CliContext,
): ExitCode {
  try {
    const options = readWebOptions(flags, context.directory);
    const webServer = findWebServer(server, options.module);
    const loaded = loadForWebServer(target, flags, context);
    const site = siteOf(webServer, options, loaded, context);
    context.stdout.write(renderSite(webServer, site, loaded.config));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof SiteError)) throw error;
    const lines = error instanceof ConfigError ? error.message.replaceAll('\n', '\nsluice: ') : error.message;
    context.stderr.write(`sluice: ${lines}\n`);
    return exitCodes.usage;
  }
}

function findWebServer(server: string, module: string | null): WebServer {
  const found = webServers[module === null ? server : `${server}:${module}`];
  if (found) return found;
  const all = Object.keys(webServers);
  const servers = all.filter((key) => !key.includes(':'));
  if (module === null || !servers.includes(server)) {
    throw new SiteError(`${JSON.stringify(server)} is not known; there are ${servers.join(', ')}`);
  }
  const modules = all
    .filter((key) => key.startsWith(`${server}:`))
    .map((key) => key.slice(server.length + 1));
  const which = modules.length === 0 ? 'none can be chosen' : `there are ${modules.join(', ')}`;
  throw new SiteError(`--module: ${server} has no module ${JSON.stringify(module)}; ${which}`);
}

// The web server's side is the same whatever the application is.
function loadForWebServer(target: string | undefined, flags: FlagValues, context: CliContext): CommandConfig {
  try {
    return loadCommandConfig(target, flags, context);
  } catch (error) {
    const isTargetMissing =
      error instanceof ConfigError && error.problems.every(({ key }) => key === 'app.target');
    if (target !== undefined || !isTargetMissing) throw error;
    const file = findConfigFile(target, flags, context);
    return loadCommandConfig(noTarget, { ...flags, ...(file !== null && { config: file }) }, context);
  }
}

function siteOf(
  server: WebServer,
  options: WebOptions,
  { config, file }: CommandConfig,
  { directory, command }: CliContext,
): Site {
  return makeSite(config, {
    ...options,
    server: server.name,
    speaksProxyProtocol: server.speaksProxyProtocol ?? false,
    protocols: server.protocols,
    isSpawned: server.start === 'spawned',
    isService: server.start === 'service',
    name: options.name ?? nameOf(config.app.directory),
    readSecret: secretIn,
    command: {
      words: command,
      configFile: file === null ? null : resolve(directory, file),
      target: config.app.target === noTarget ? null : config.app.target,
      directory: config.app.directory,
    },
  });
}

function secretIn(path: string): string {
  const read = readSecret(path);
  if ('reason' in read) throw new SiteError(`${path}: ${read.reason}`);
  return read.value;
}

function nameOf(directory: string): string {
  const name = basename(directory).replace(/[^\w-]+/g, '-');
  return /^[A-Za-z]/.test(name) ? name.slice(0, 64) : 'sluice';
}
