// A world for commands to run in: captured output, signals on request, a gateway that does nothing.
import { afterEach } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliContext, GatewayParts } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/program.ts';
import type { GatewayConfig } from '../../src/config/types.ts';
import { noActivation } from '../../src/listen/index.ts';

const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** A new directory with these files in it; gone when the test has ended. */
export function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
  directories.push(directory);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

/** What a command did. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const pythonSource: string = fileURLToPath(new URL('../../../../python/src/', import.meta.url));

/** A context whose output is kept, in an empty environment but for PATH. */
export class World {
  readonly signals = new EventEmitter();
  readonly started: { config: GatewayConfig; parts: GatewayParts }[] = [];
  /** What comes on standard input. */
  stdin = '';
  /** Bytes among it as latin-1. */
  stdout = '';
  stderr = '';
  readonly context: CliContext;

  constructor(changes: Partial<CliContext> = {}) {
    this.context = {
      environment: { PATH: process.env['PATH'] ?? '' },
      directory: dirname(fileURLToPath(import.meta.url)),
      coresCount: 2,
      stdin: { [Symbol.asyncIterator]: () => this.#stdin() },
      stdout: {
        write: (data) =>
          (this.stdout += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')),
      },
      stderr: { write: (data) => (this.stderr += String(data)) },
      signals: this.signals,
      activation: noActivation,
      startGateway: () => Promise.reject(new Error('not to be started')),
      command: ['/usr/bin/node', '/usr/lib/sluice/sluice.js'],
      pythonPackage: () => pythonSource,
      ...changes,
    };
  }

  async *#stdin(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(this.stdin);
  }

  /** Runs a command line to its end. */
  async run(...words: string[]): Promise<Run> {
    const code = await runCli(words, this.context);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}
