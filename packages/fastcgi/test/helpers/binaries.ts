// Programs that a test needs and a machine may lack.
import { spawn, spawnSync, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from '@jest/globals';

const isCi = process.env['CI'] === 'true';

/** Whether a program can be found. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status === 0;
}

/**
 * `describe` for a suite that needs a program or header: without it the suite is skipped, and the reason is in its name. Under
 * CI=true it is not skipped, so that it fails.
 */
export function describeWith(isPresent: boolean, what: string, name: string, suite: () => void): void {
  if (isPresent || isCi) {
    // oxlint-disable-next-line jest/valid-describe-callback -- the suite is the caller's
    describe(name, suite);
  } else {
    process.stderr.write(`skipped: ${name}, because ${what} is not installed\n`);
    // oxlint-disable-next-line jest/no-disabled-tests -- skipped with its reason, and never under CI
    it.skip(`${name} (skipped: ${what} is not installed)`, () => undefined);
  }
}

/** What a finished program left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
  input: Buffer = Buffer.alloc(0),
): Promise<Finished> {
  const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}
