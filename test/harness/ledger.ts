// The test's side of `apps/ledger.py`: what was begun and what was done, by which process.
import { existsSync, readFileSync } from 'node:fs';
import type { Site } from './site.ts';

/** One line. */
export interface LedgerEntry {
  readonly what: 'begun' | 'done';
  readonly id: string;
  readonly pid: number;
}

/** A file that applications write to. */
export class Ledger {
  readonly #path: string;
  #lastId = 0;

  constructor(site: Site) {
    this.#path = site.path('ledger');
  }

  /** The id and the target of a new request; it takes up to `workMs` milliseconds. */
  request(workMs: number): { readonly id: string; readonly target: string } {
    const id = String(++this.#lastId);
    const ms = this.#lastId % (workMs + 1);
    return { id, target: `/ledger?ledger=${encodeURIComponent(this.#path)}&id=${id}&ms=${ms}` };
  }

  /** Everything that has been written so far, in order. */
  entries(): LedgerEntry[] {
    if (!existsSync(this.#path)) return [];
    const lines = readFileSync(this.#path, 'latin1').trimEnd().split('\n');
    return lines.map((line) => {
      const [what, id = '', pid] = line.split(' ');
      return { what: what === 'done' ? 'done' : 'begun', id, pid: Number(pid) };
    });
  }

  /** The request that a process has begun and not done; null if there is none. The process must stand still. */
  runningOn(pid: number): string | null {
    const last = this.entries().findLast((entry) => entry.pid === pid);
    return last?.what === 'begun' ? last.id : null;
  }
}
