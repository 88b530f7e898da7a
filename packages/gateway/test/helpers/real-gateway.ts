// A whole gateway in this process, with real workers and an HTTP listener on a free port of loopback.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type Gateway } from '../../src/compose/gateway.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { ConfigOrigin } from '../../src/config/load.ts';
import { createLogger } from '../../src/observe/log.ts';

/** One line of the log. */
export interface LogLine {
  readonly message: string;
  readonly code?: string;
  readonly [field: string]: unknown;
}

/** A gateway over an application that a test writes. */
export class RealGateway {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'sluice-gateway-'));
  readonly log: LogLine[] = [];
  readonly #waiting: {
    readonly pattern: RegExp;
    readonly count: number;
    readonly resolve: () => void;
  }[] = [];
  #gateway: Gateway | null = null;
  #stopped: Promise<void> | null = null;

  /** Writes a file of the application. */
  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  /** Starts it with `app.py`, these flags, and a configuration file of the directory. */
  async start(flags: ConfigOrigin['flags'] = {}, file: string | null = null): Promise<this> {
    const { config } = loadConfig({
      file,
      environment: {},
      flags: { target: 'app:application', http: ['127.0.0.1:0'], 'log-level': 'debug', ...flags },
      directory: this.directory,
      coresCount: 2,
    });
    const stream = { write: (text: string): void => this.#take(JSON.parse(text) as LogLine) };
    this.#gateway = await startGateway(config, {
      logger: createLogger({ ...config.log, format: 'json' }, stream),
      python: 'python3',
      release: '0.0.0',
      onStop: (pace) => {
        this.#stopped = this.gateway.stop(pace === 'patient');
        if (pace === 'now') this.gateway.stopNow();
      },
      environment: { ...process.env, XDG_RUNTIME_DIR: '', PYTHONDONTWRITEBYTECODE: '1' },
    });
    return this;
  }

  /** The running gateway. */
  get gateway(): Gateway {
    if (!this.#gateway) throw new Error('it has not been started');
    return this.#gateway;
  }

  /** Where its listener is, without the final slash. */
  get url(): string {
    return this.gateway.listeners[0]?.url?.slice(0, -1) ?? '';
  }

  /** Waits until a line of the log matches, or so many do, from the first line on. */
  line(pattern: RegExp, count = 1): Promise<void> {
    if (this.#countOf(pattern) >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ pattern, count, resolve }));
  }

  #countOf(pattern: RegExp): number {
    return this.log.filter(({ message }) => pattern.test(message)).length;
  }

  /** Asks for a path and returns the status and the text. */
  async get(path: string): Promise<readonly [status: number, text: string]> {
    const response = await fetch(this.url + path);
    return [response.status, await response.text()];
  }

  /** Stops it, if it has not been, and removes its files. */
  async close(): Promise<void> {
    await (this.#stopped ?? this.#gateway?.stop());
    rmSync(this.directory, { recursive: true });
  }

  #take(line: LogLine): void {
    this.log.push(line);
    for (const { pattern, count, resolve } of this.#waiting) if (this.#countOf(pattern) >= count) resolve();
  }
}
