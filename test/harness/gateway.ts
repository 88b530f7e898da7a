// Starts the built gateway the way a user does, with a configuration file, and reads its log.
import { fileURLToPath } from 'node:url';
import { until } from './deadline.ts';
import { RunningProcess, type Exit } from './process.ts';
import { defaultPython } from './python.ts';
import type { Server, TestBed } from './bed.ts';

/** The command, as `npm install` would put it into PATH: a shell that becomes Node. */
export const COMMAND: string = fileURLToPath(new URL('../../packages/gateway/bin/sluice', import.meta.url));

/** What it runs. */
export const SLUICE: string = fileURLToPath(new URL('../../packages/gateway/bin/sluice.js', import.meta.url));

/** The directory of the test applications. */
export const APPS: string = fileURLToPath(new URL('../apps', import.meta.url));

/** The directory of the examples. */
export const EXAMPLES: string = fileURLToPath(new URL('../../examples', import.meta.url));

/** One `[[listen]]` table. */
export interface Listen {
  readonly protocol: 'fastcgi' | 'http' | 'scgi' | 'uwsgi';
  readonly address: string;
  readonly mount?: string;
  /** Default: that of the gateway. */
  readonly mode?: string;
  /** Further lines. */
  readonly lines?: readonly string[];
}

/** How to start a gateway. */
export interface GatewayOptions {
  readonly listen: readonly Listen[];
  /** Default: the behaviours of `test/apps`. */
  readonly target?: string;
  /** Default: `test/apps`. */
  readonly directory?: string;
  /** Default 2. */
  readonly processes?: number;
  /** Default 1. */
  readonly threads?: number;
  /** Default: the first interpreter found. */
  readonly python?: string;
  /** Further lines for `[app]`. */
  readonly app?: readonly string[];
  /** Further lines for `[pool.default]`. */
  readonly pool?: readonly string[];
  /** Further lines for `[body]`. */
  readonly body?: readonly string[];
  /** Further lines at the end of the file. */
  readonly toml?: readonly string[];
  /** Log lines at warn and above that belong to what the tests do. */
  readonly expectedLog?: readonly RegExp[];
}

/** One line of the gateway's log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

const QUIET_LEVELS = ['debug', 'info'];
/** Where the tests run, a process may have too few files open for ten thousand connections. */
const ABOUT_THE_MACHINE = 'SLUICE_FEW_FILES';

/** A running gateway. */
export class Gateway implements Server {
  readonly name = 'gateway';
  readonly process: RunningProcess;
  readonly #expectedLog: RegExp[];

  constructor(process: RunningProcess, expectedLog: readonly RegExp[]) {
    this.process = process;
    this.#expectedLog = [...expectedLog];
  }

  get pid(): number {
    return this.process.pid;
  }

  get hasEnded(): boolean {
    return this.process.hasEnded;
  }

  /** Lines at warn and above like this one are no complaint. */
  expectLog(pattern: RegExp): void {
    this.#expectedLog.push(pattern);
  }

  /** Waits until it says that it is ready, and until this many workers can serve. */
  async ready(workerCount: number): Promise<void> {
    await this.process.line(/"message":"ready"/);
    await this.workersReady(workerCount);
  }

  /** Waits until this many workers have become ready since the start. */
  async workersReady(count: number): Promise<void> {
    await this.process.lineCount(/"message":"worker ready"/, count);
  }

  stop(): Promise<Exit> {
    return this.process.stop();
  }

  /** Waits until so many lines of the log have these fields, and returns them: an answer may be read before its line. */
  logged(fields: Readonly<Record<string, unknown>>, count = 1): Promise<LogLine[]> {
    const wanted = Object.entries(fields);
    return until(`${count} log lines with ${JSON.stringify(fields)}`, () => {
      const lines = this.log().filter((line) => wanted.every(([name, value]) => line[name] === value));
      return lines.length >= count ? lines : undefined;
    });
  }

  /** The log so far, parsed; lines that are not JSON come as errors. */
  log(): LogLine[] {
    return this.process.lines.map(parseLine);
  }

  complaints(): string[] {
    return this.process.lines.filter(
      (line) => isWorthComplaint(line) && !this.#expectedLog.some((pattern) => pattern.test(line)),
    );
  }
}

/** Starts a gateway and waits until it is ready. */
export async function startGateway(bed: TestBed, options: GatewayOptions): Promise<Gateway> {
  const gateway = spawnGateway(bed, options);
  await gateway.ready(options.processes ?? 2);
  return gateway;
}

/** Starts a gateway and does not wait. */
export function spawnGateway(bed: TestBed, options: GatewayOptions): Gateway {
  const config = writeConfig(bed, options);
  return spawnSluice(bed, ['serve', '--config', config], options.expectedLog);
}

/** Starts `sluice` with these arguments. */
export function spawnSluice(
  bed: TestBed,
  args: readonly string[],
  expectedLog: readonly RegExp[] = [],
): Gateway {
  return launchGateway(bed, [process.execPath, SLUICE, ...args], expectedLog);
}

/** Starts a command that is, or becomes, a gateway. */
export function launchGateway(
  bed: TestBed,
  [command = '', ...args]: readonly string[],
  expectedLog: readonly RegExp[] = [],
): Gateway {
  const running = new RunningProcess({ name: 'sluice', command, args, cwd: bed.site.directory });
  return bed.add(new Gateway(running, expectedLog));
}

/** A log that the bed can read, and a spool where it sees what is left; the lines end within `[body]`. */
export function watchedSettings({ site }: TestBed): string[] {
  return ['[log]', 'format = "json"', '[body]', `spool_directory = ${quote(site.makeDirectory('spool'))}`];
}

/** Writes `sluice.toml` and returns its path. */
export function writeConfig(bed: TestBed, options: GatewayOptions): string {
  const lines = [
    '[app]',
    `target = ${quote(options.target ?? 'behaviours:application')}`,
    `directory = ${quote(options.directory ?? APPS)}`,
    `python = ${quote(options.python ?? defaultPython())}`,
    ...(options.app ?? []),
    ...watchedSettings(bed),
    ...(options.body ?? []),
    '[pool.default]',
    `processes = ${options.processes ?? 2}`,
    `threads = ${options.threads ?? 1}`,
    ...(options.pool ?? []),
  ];
  for (const { protocol, address, mount, mode, lines: more = [] } of options.listen) {
    lines.push('[[listen]]', `protocol = ${quote(protocol)}`, `address = ${quote(address)}`);
    if (mount !== undefined) lines.push(`mount = ${quote(mount)}`);
    if (mode !== undefined) lines.push(`mode = ${quote(mode)}`);
    lines.push(...more);
  }
  return bed.site.write('sluice.toml', [...lines, ...(options.toml ?? []), ''].join('\n'));
}

// A JSON string is a TOML basic string.
function quote(text: string): string {
  return JSON.stringify(text);
}

/** Whether a line of a gateway's log is at warn or above, or none of its log at all. */
export function isWorthComplaint(line: string): boolean {
  const { level, code } = parseLine(line);
  return !QUIET_LEVELS.includes(level) && code !== ABOUT_THE_MACHINE;
}

/** A line of a gateway's log; what is not JSON comes as an error. */
export function parseLine(line: string): LogLine {
  try {
    const value: unknown = JSON.parse(line);
    if (isLogLine(value)) return value;
  } catch {
    // Said below.
  }
  return { level: 'error', message: line };
}

function isLogLine(value: unknown): value is LogLine {
  return typeof value === 'object' && value !== null && 'level' in value && typeof value.level === 'string';
}
