// Whether the file of the log can be appended to, or made. Makes nothing.
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { exitCodes } from '../exit-codes.ts';
import type { Report } from './report.ts';

/** Checks `log.file`; null is standard error. */
export function checkLogFile(path: string | null, report: Report): void {
  if (path === null) return;
  const obstacle = findObstacle(path);
  if (obstacle === null) report.ok('log.file', `${path} can be written`);
  else report.problem(exitCodes.usage, 'log.file', `${path} cannot be written: ${obstacle}`);
}

function findObstacle(path: string): string | null {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) return 'it is a directory';
  if (there) return isAccessible(path, constants.W_OK) ? null : 'this user may not write to it';
  const directory = dirname(path);
  if (!statSync(directory, { throwIfNoEntry: false })) return `${directory} does not exist; create it`;
  return isAccessible(directory, constants.W_OK | constants.X_OK)
    ? null
    : `the directory ${directory} is not writable for this user`;
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
