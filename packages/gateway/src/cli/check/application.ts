// Imports the application the way a worker does, in a process of its own.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { limitsWord } from '../../backends/workers/process.ts';
import type { Application, Environment } from '../../config/index.ts';

/** How to import an application. */
export interface ImportAttempt {
  /** Absolute path of the interpreter. */
  readonly python: string;
  /** Directory that holds the Python package `sluice`. */
  readonly packageDirectory: string;
  readonly app: Application;
  readonly environment: Environment;
  readonly timeoutMs: number;
}

const outputBytesMax = 1024 * 1024;

// The steps of a worker up to the import (sluice/_process.py), and what a worker says if that fails, without the frame
// of this program.
const program = `
import os, sys
sys.path.append(sys.argv[1])
from sluice._limits import apply_limits
from sluice._loader import enter, load
from sluice._options import parse_limits
from sluice._tracebacks import explain
try:
    apply_limits(parse_limits(sys.argv[4]))
    enter(sys.argv[2])
    load(sys.argv[3])
except BaseException as error:
    sys.stderr.write(explain(error.with_traceback(error.__traceback__.tb_next)))
    sys.stderr.flush()
    os._exit(3)
os._exit(0)
`;

/** Null when the application can be imported, otherwise why not: a sentence or a Python traceback. */
export async function tryImport(attempt: ImportAttempt): Promise<string | null> {
  const { python, packageDirectory, app, environment, timeoutMs } = attempt;
  const words = ['-c', program, packageDirectory, app.directory, app.target, limitsWord(app.limits)];
  try {
    await promisify(execFile)(python, words, {
      env: { ...environment, ...app.environment },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: outputBytesMax,
    });
    return null;
  } catch (error) {
    const { killed, stderr, message } = error as Error & { killed?: boolean; stderr?: string };
    if (killed === true) return `it took longer than startup_timeout (${timeoutMs} ms)\n${stderr ?? ''}`;
    return stderr === undefined || stderr === '' ? message : stderr;
  }
}
