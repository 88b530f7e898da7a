// A gateway in the background that a command has started and left: known by its pid file and its log.
import { readFileSync } from 'node:fs';
import { isWorthComplaint } from './gateway.ts';
import { allProcesses, untilGone, type ProcessFacts } from './processes.ts';
import type { Server, TestBed } from './bed.ts';

/** A running gateway that is nobody's child. */
export class Daemon implements Server {
  readonly name = 'gateway in the background';
  readonly #facts: ProcessFacts;
  readonly #logPath: string;
  #hasEnded = false;

  constructor(facts: ProcessFacts, logPath: string) {
    this.#facts = facts;
    this.#logPath = logPath;
  }

  get pid(): number {
    return this.#facts.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    process.kill(this.pid, 'SIGTERM');
    await untilGone([this.#facts]);
    this.#hasEnded = true;
  }

  /** The lines of its log. */
  lines(): string[] {
    return readFileSync(this.#logPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  complaints(): string[] {
    return this.lines().filter(isWorthComplaint);
  }
}

/** Adds the gateway whose process id is in a file to the bed. */
export function adoptDaemon(bed: TestBed, pidPath: string, logPath: string): Daemon {
  const pid = Number(readFileSync(pidPath, 'utf8'));
  const facts = allProcesses().find((each) => each.pid === pid);
  if (!facts) throw new Error(`there is no process ${pid}`);
  return bed.add(new Daemon(facts, logPath));
}
