// The web server's side as `sluice config` prints it: what users paste is what the tests run.
import { execFileSync } from 'node:child_process';
import type { TestBed } from '../bed.ts';
import { SLUICE } from '../gateway.ts';
import type { ApacheOptions } from './apache.ts';

/** Prints it for a `sluice.toml`; `words` are what follows `sluice config`. */
export function generatedConfig(configFile: string, ...words: readonly string[]): string {
  return execFileSync(process.execPath, [SLUICE, 'config', ...words, '--config', configFile], {
    encoding: 'utf8',
  });
}

/** How to start Apache with what `sluice config apache` prints for the gateway of this bed. */
export function generatedApache(bed: TestBed, port: number, ...words: readonly string[]): ApacheOptions {
  const text = generatedConfig(
    bed.site.path('sluice.toml'),
    'apache',
    '--listen',
    `127.0.0.1:${port}`,
    ...words,
  );
  const modules = /^# a2enmod (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
  return { port, modules, lines: text.split('\n') };
}
