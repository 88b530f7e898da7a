// What this machine has. A missing part skips its tests with a printed reason, and fails them where CI is set.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from '@jest/globals';

/** Absolute path of a program, or undefined. Looks in PATH and where Debian keeps servers. */
export function findProgram(name: string): string | undefined {
  const directories = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/sbin',
  ];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/** Absolute path of a program; throws when it is missing. Inside `describeWith`, that cannot happen. */
export function program(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

/** Something a suite needs: its name, and whether it is here. */
export interface Part {
  readonly name: string;
  readonly isPresent: boolean;
}

/** A program as a part. */
export function programPart(name: string): Part {
  return { name, isPresent: findProgram(name) !== undefined };
}

/** `it` where that is possible; elsewhere skipped, with the reason in its name. For what no package could bring. */
export function itWhere(isPossible: boolean, reason: string, name: string, run: () => Promise<void>): void {
  if (isPossible) it(name, run);
  else it.skip(`skipped, ${reason}: ${name}`, () => undefined);
}

/** `describe`, when every part is there; else one skipped test that says what is missing, or a failed one in CI. */
export function describeWith(parts: readonly Part[], name: string, suite: () => void): void {
  const missing = parts.filter((part) => !part.isPresent).map((part) => part.name);
  if (missing.length === 0) {
    describe(name, () => {
      suite();
    });
    return;
  }
  const reason = `${name}: missing ${missing.join(', ')}`;
  describe(name, () => {
    if (process.env['CI']) {
      it(`has its parts`, () => {
        throw new Error(reason);
      });
    } else {
      console.warn(`skipped: ${reason}`);
      it.skip(`skipped: ${reason}`, () => undefined);
    }
  });
}

/** `describe`, unless there is a reason why this machine cannot run it that nobody can be asked to remove, not even in CI. */
export function describeUnless(reason: string | null, name: string, suite: () => void): void {
  describe(name, () => {
    if (reason === null) return suite();
    console.warn(`skipped: ${name}: ${reason}`);
    it.skip(`skipped: ${reason}`, () => undefined);
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
