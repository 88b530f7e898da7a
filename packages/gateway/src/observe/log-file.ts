// Owns the file the log is appended to. A file that was moved away, as logrotate(8) does, is noticed, and a new one begun.

import { closeSync, fstatSync, openSync, statSync, writeSync } from 'node:fs';
import type { LogStream } from './log.ts';

/** How old the knowledge may be that the file is still in its place. */
const LOOK_MS = 1000;
/** Of a file that is made: the log may hold what is nobody's business. */
const MODE = 0o640;

/** A stream into a file. */
export interface LogFile extends LogStream {
  /** Of the file that is open at this moment, for other processes to inherit. */
  readonly descriptor: number;
  readonly close: () => void;
}

/**
 * Opens it for appending; throws what the system refuses. Writing never throws: a gateway goes on without its log while
 * the disk is full. A new file that cannot be opened leaves the log in the old one.
 *
 * @param now milliseconds that never go back
 * @param inherited the file, if it is open already; default: it is opened here
 */
export function openLogFile(
  path: string,
  now: () => number = () => performance.now(),
  inherited: number | null = null,
): LogFile {
  let descriptor = inherited ?? openSync(path, 'a', MODE);
  let lookedMs = now();

  const reopen = (): void => {
    lookedMs = now();
    try {
      if (isSameFile(path, descriptor)) return;
      const next = openSync(path, 'a', MODE);
      closeSync(descriptor);
      descriptor = next;
    } catch {
      // Tried again with a later line.
    }
  };

  return {
    get descriptor() {
      return descriptor;
    },
    write: (text) => {
      if (now() - lookedMs >= LOOK_MS) reopen();
      try {
        writeSync(descriptor, text);
      } catch {
        // There is nobody to tell.
      }
    },
    close: () => closeSync(descriptor),
  };
}

function isSameFile(path: string, descriptor: number): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  const { dev, ino } = fstatSync(descriptor);
  return there?.ino === ino && there.dev === dev;
}
