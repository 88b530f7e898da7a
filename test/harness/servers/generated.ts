// The web server's side as `sluice config` prints it: what users paste is what the tests run.
import { execFileSync } from 'node:child_process';
import { SLUICE } from '../gateway.ts';
import { apacheParts, startApache, type ApacheOptions } from './apache.ts';
import { startCaddy } from './caddy.ts';
import { startHaproxy } from './haproxy.ts';
import { lighttpdParts, startLighttpd } from './lighttpd.ts';
import { startNginx } from './nginx.ts';
import { programPart, type Part } from '../require.ts';
import type { TestBed } from '../bed.ts';
import type { WebServer } from './web-server.ts';

/** A web server that `sluice config` knows. */
export type WebServerName = 'nginx' | 'apache' | 'lighttpd' | 'haproxy' | 'caddy';

/** What is asked of `sluice config`, and what the tests do with it. */
export interface Generated {
  readonly server: WebServerName;
  readonly port: number;
  /** The `sluice.toml`. */
  readonly config: string;
  /** What follows the name of the web server. */
  readonly words?: readonly string[];
  /** What somebody may change in it by hand. Default: nothing. */
  readonly edit?: (text: string) => string;
  /** The web server starts the gateway. */
  readonly isSpawning?: boolean;
  readonly expectedLog?: readonly RegExp[];
}

/** Prints it for a `sluice.toml`; `words` are what follows `sluice config`. */
export function generatedConfig(configFile: string, ...words: readonly string[]): string {
  return execFileSync(process.execPath, [SLUICE, 'config', ...words, '--config', configFile], {
    encoding: 'utf8',
  });
}

/** How to start Apache with what `sluice config apache` prints for the gateway of this bed. */
export function generatedApache(bed: TestBed, port: number, ...words: readonly string[]): ApacheOptions {
  return apacheOptions(port, printed('apache', port, bed.site.path('sluice.toml'), words));
}

/** Starts a web server with what is printed for it. */
export function startGenerated(bed: TestBed, generated: Generated): Promise<WebServer> {
  const { server, port, config, words = [], edit = (text) => text } = generated;
  const { isSpawning = false, expectedLog = [] } = generated;
  const text = edit(printed(server, port, config, words));
  switch (server) {
    case 'nginx':
      return startNginx(bed, { port, http: text, expectedLog });
    case 'apache':
      return startApache(bed, { ...apacheOptions(port, text), isSpawning, expectedLog });
    case 'lighttpd':
      return startLighttpd(bed, { port, lines: text.split('\n'), expectedLog });
    case 'haproxy':
      return startHaproxy(bed, { port, sections: text, expectedLog });
    case 'caddy':
      return startCaddy(bed, { port, sites: text, expectedLog });
  }
}

/** What has to be installed. */
export function partsOf(server: WebServerName, ...modules: readonly string[]): readonly Part[] {
  if (server === 'apache') return apacheParts(...modules);
  return server === 'lighttpd' ? lighttpdParts(...modules) : [programPart(server)];
}

function printed(server: WebServerName, port: number, config: string, words: readonly string[]): string {
  // lighttpd is told where it listens by what stands around this.
  const listen = server === 'lighttpd' ? [] : ['--listen', `127.0.0.1:${port}`];
  return generatedConfig(config, server, ...listen, ...words);
}

function apacheOptions(port: number, text: string): ApacheOptions {
  const modules = /^# a2enmod (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
  return { port, modules, lines: text.split('\n') };
}
