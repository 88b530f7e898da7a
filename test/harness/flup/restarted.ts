// A script for flup as it was deployed: in a loop of the shell that starts it again when it ends with 42, with a socket of
// its own or as descriptor 0 from spawn-fcgi.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Server, TestBed } from '../bed.ts';
import { RunningProcess, type Exit } from '../process.ts';
import { program } from '../require.ts';

const SCRIPT = fileURLToPath(new URL('../../apps/flup/restarted.py', import.meta.url));
const SOURCE = fileURLToPath(new URL('../../../python/src', import.meta.url));
const LOOP = 'while :; do "$@"; test $? -eq 42 || break; done';

/** Lines that say that something is wrong. */
const COMPLAINT = /"level":"(?:warn|error)"|^Traceback|^sluice \d+:/;

/** Where the socket comes from. */
export type SocketSource = 'bindAddress' | 'descriptor 0';

/** A script in its loop. */
export class RestartedScript implements Server {
  readonly name: string;
  /** Path of the socket. */
  readonly address: string;
  readonly process: RunningProcess;
  readonly #expected: readonly RegExp[];
  #startsCount = 0;

  /** @param expected complaints that belong to what the test does */
  constructor(
    bed: TestBed,
    python: string,
    server: string,
    source: SocketSource,
    expected: readonly RegExp[] = [],
  ) {
    this.name = `${server} at ${source}`;
    this.address = bed.site.path('script');
    this.#expected = expected;
    const given = source === 'bindAddress' ? { bindAddress: this.address } : {};
    const loop = ['sh', '-c', LOOP, 'sh', python, SCRIPT, server, JSON.stringify(given)];
    const spawner = ['spawn-fcgi', '-n', '-s', this.address, '--'];
    const [name = '', ...args] =
      source === 'bindAddress' ? loop : [...spawner, program('sh'), ...loop.slice(1)];
    const env = { PATH: process.env['PATH'] ?? '', PYTHONPATH: SOURCE, PYTHONDONTWRITEBYTECODE: '1' };
    this.process = new RunningProcess({
      name: this.name,
      command: program(name),
      args,
      cwd: bed.site.directory,
      env,
    });
  }

  get pid(): number {
    return this.process.pid;
  }

  get hasEnded(): boolean {
    return this.process.hasEnded;
  }

  /** Waits until it serves, or serves again. */
  async ready(): Promise<void> {
    this.#startsCount++;
    await this.process.lineCount(/"message":"ready"/, this.#startsCount, 60_000);
  }

  /** Sends a signal to the script that runs now. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const started = await this.process.lineCount(/^script \d+$/, 1);
    process.kill(Number(started.at(-1)?.slice('script '.length)), signal);
  }

  async stop(): Promise<Exit> {
    if (!this.hasEnded) await this.signal('SIGTERM');
    const exit = await this.process.exited;
    // spawn-fcgi leaves it.
    rmSync(this.address, { force: true });
    return exit;
  }

  complaints(): string[] {
    const isExpected = (line: string): boolean => this.#expected.some((pattern) => pattern.test(line));
    return this.process.lines.filter((line) => COMPLAINT.test(line) && !isExpected(line));
  }
}
