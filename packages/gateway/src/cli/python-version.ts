// Asks an interpreter for its version.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The oldest version the workers run on. */
export const pythonVersionMin = [3, 9] as const;

/** What an interpreter answered. */
export type PythonVersion =
  | { readonly version: string; readonly isSupported: boolean }
  /** It did not say: not a Python, or a broken one. */
  | { readonly reason: string };

const answerWithinMs = 30_000;

/** What is known of a program that failed. */
interface Failed {
  readonly code?: string | number | null;
  readonly signal?: string | null;
  /** Whether it was ended because it took too long. */
  readonly killed?: boolean;
  readonly stderr?: string;
}

/** Runs the interpreter for its version. Never rejects. */
export async function askPythonVersion(path: string): Promise<PythonVersion> {
  const program = 'import sys; print("%d.%d.%d" % sys.version_info[:3])';
  try {
    const { stdout } = await promisify(execFile)(path, ['-I', '-S', '-c', program], {
      timeout: answerWithinMs,
    });
    const match = /^(\d+)\.(\d+)\.\d+$/.exec(stdout.trim());
    if (match === null) return { reason: 'it does not answer like a Python interpreter' };
    const [major, minor] = [Number(match[1]), Number(match[2])];
    const [majorMin, minorMin] = pythonVersionMin;
    return { version: stdout.trim(), isSupported: major === majorMin && minor >= minorMin };
  } catch (error) {
    const { code, signal, killed, stderr } = error as Failed;
    if (killed === true) return { reason: `it did not say its version within ${answerWithinMs / 1000} s` };
    const lastLine = (stderr ?? '').trim().split('\n').at(-1);
    const cause = lastLine === undefined || lastLine === '' ? String(code ?? signal) : lastLine;
    return { reason: `it could not be run (${cause})` };
  }
}
