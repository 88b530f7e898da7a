// Finds the Python package that runs in the workers.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where the package may be, from this file: in the published npm package, or in the repository. The bundle of the
 * command is as deep as this file, so that both find the same.
 */
const CANDIDATES = ['../../python/', '../../../../python/src/'];

/** The directory that holds the Python package `sluice`. Throws if this installation lacks it. */
export function workerPackage(): string {
  const directories = CANDIDATES.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = directories.find((directory) => existsSync(`${directory}sluice/__main__.py`));
  if (!found) throw new Error(`the Python package sluice is in none of ${directories.join(', ')}`);
  return found;
}
