// Reads a Python file for its assignments, and runs it only if asked to, with the interpreter that would run the application.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPython, type FlagValues } from '../../config/index.ts';
import { ImportError } from '../../import/source.ts';
import type { CliContext } from '../context.ts';
import { isExecutable, isThere } from '../load.ts';

const answerWithinMs = 30_000;
const answerBytesMax = 16 * 1024 * 1024;

/** What the file assigns, as JSON. Rejects with `ImportError`. */
export async function readPythonFile(
  path: string,
  flags: FlagValues,
  { environment, pythonPackage, coresCount }: CliContext,
): Promise<string> {
  const named = flags['python'];
  const configured = typeof named === 'string' ? named : null;
  const { path: python } = findPython({
    configured,
    directory: dirname(path),
    environment,
    isExecutable,
    isThere,
  });
  const script = join(pythonPackage(), 'sluice', '_assignments.py');
  try {
    const isRun = flags['run'] === true;
    const words = [
      ...(isRun ? [] : ['-I', '-S']),
      script,
      path,
      String(coresCount),
      ...(isRun ? ['run'] : []),
    ];
    const { stdout } = await promisify(execFile)(python, words, {
      cwd: dirname(path),
      timeout: answerWithinMs,
      killSignal: 'SIGKILL',
      maxBuffer: answerBytesMax,
    });
    return stdout;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const lastLine = stderr.trim().split('\n').at(-1) ?? '';
    throw new ImportError(`${path}: ${lastLine === '' ? message : lastLine}`);
  }
}
