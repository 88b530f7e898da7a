// Tells the service manager, systemd or what speaks like it, how the gateway is doing: sd_notify(3). Node has no datagram
// sockets of the Unix kind, so a small Python process passes the messages on; it does nothing else and ends with us.

import { spawn, type ChildProcess } from 'node:child_process';

/** The variables of the protocol. They are for this process; workers must not have them. */
const serviceVariables: readonly string[] = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'];

type Environment = Readonly<Record<string, string | undefined>>;

/** One message in a line, its assignments separated by tabs. Systemd ends every process of a service: not this one yet. */
const PASS_ON = `
import os, signal, socket, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
path = os.environ["NOTIFY_SOCKET"]
address = "\\0" + path[1:] if path.startswith("@") else path
channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for line in sys.stdin:
    try:
        channel.sendto(line.strip("\\n").replace("\\t", "\\n").encode(), address)
    except OSError as error:
        sys.exit(str(error))
`;

/** Watchdog messages per interval: one may be late. */
const BEATS = 2;

/** Passes on how the gateway is doing. */
export class ServiceManager {
  readonly #child: ChildProcess;
  #watchdog: NodeJS.Timeout | null = null;
  #isStopping = false;
  #answers: (() => Promise<void>) | null = null;

  /**
   * @param python the interpreter
   * @param failed called with what went wrong; the gateway goes on without telling
   */
  constructor(python: string, environment: Environment, failed: (message: string) => void) {
    this.#child = spawn(python, ['-I', '-S', '-c', PASS_ON], {
      detached: true,
      env: { NOTIFY_SOCKET: environment['NOTIFY_SOCKET'] },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.#child.unref();
    this.#child.on('error', (error) => failed(error.message));
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', (chunk: Buffer) => failed(chunk.toString('utf8').trim()));
    const everyMs = watchdogMs(environment);
    // Sent by the event loop, so that it stops when the event loop does.
    if (everyMs !== null) this.#watchdog = setInterval(() => void this.#beat(), everyMs).unref();
  }

  /** From now on the watchdog hears of us only as long as `answers` does not reject. */
  beatWhen(answers: () => Promise<void>): void {
    this.#answers = answers;
  }

  /** Requests are accepted, or a reload is over. */
  ready(): void {
    // A reload that ends because the gateway stops must not take that back.
    if (!this.#isStopping) this.#send('READY=1', 'STATUS=serving');
  }

  /** The code is being loaded again; `ready` follows. */
  reloading(): void {
    const nowMicroseconds = process.hrtime.bigint() / 1000n;
    this.#send('RELOADING=1', `MONOTONIC_USEC=${nowMicroseconds}`, 'STATUS=reloading');
  }

  /** The gateway is going to end. */
  stopping(): void {
    this.#isStopping = true;
    this.#send('STOPPING=1', 'STATUS=finishing running requests');
  }

  /** Resolves when everything has been passed on. */
  close(): Promise<void> {
    if (this.#watchdog) clearInterval(this.#watchdog);
    const { exitCode, signalCode, pid } = this.#child;
    if ((exitCode ?? signalCode) !== null || pid === undefined) return Promise.resolve();
    this.#child.ref();
    const closed = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.stdin?.end();
    return closed;
  }

  async #beat(): Promise<void> {
    try {
      await this.#answers?.();
      this.#send('WATCHDOG=1');
    } catch {
      // It is up to the service manager what becomes of a process that does not answer.
    }
  }

  #send(...assignments: readonly string[]): void {
    if (this.#child.exitCode === null) this.#child.stdin?.write(`${assignments.join('\t')}\n`);
  }
}

/** Connects to the service manager that the environment names; null if there is none. */
export function connectServiceManager(
  python: string,
  environment: Environment,
  failed: (message: string) => void,
): ServiceManager | null {
  const { NOTIFY_SOCKET: path = '' } = environment;
  return /^[/@]/.test(path) ? new ServiceManager(python, environment, failed) : null;
}

/** The environment without what only this process may know. */
export function withoutServiceVariables(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !serviceVariables.includes(name)));
}

function watchdogMs({ WATCHDOG_USEC: interval, WATCHDOG_PID: pid }: Environment): number | null {
  if (pid !== undefined && pid !== String(process.pid)) return null;
  const microseconds = Number(interval ?? 0);
  return Number.isSafeInteger(microseconds) && microseconds > 0 ? microseconds / 1000 / BEATS : null;
}
