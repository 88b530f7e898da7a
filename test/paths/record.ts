// What a run of the whole behaviour table over a path has shown, written down for the page of all paths.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { allCases } from '../cases/all.ts';
import type { AnyPath } from './path.ts';

const DIRECTORY = fileURLToPath(new URL('../../.cache/paths', import.meta.url));

/** Counts the rows that held. */
export class PathRecord {
  readonly #path: AnyPath;
  readonly #rows: number;
  #passed = 0;

  constructor(path: AnyPath, rows: number) {
    this.#path = path;
    this.#rows = rows;
  }

  pass(): void {
    this.#passed += 1;
  }

  /** Writes `.cache/paths/NAME.json`. A run of a few rows (`jest -t`) writes what it has seen, too. */
  write(): void {
    const { name, traits, differences = [] } = this.#path;
    const apply = allCases.filter(({ appliesTo }) => appliesTo === undefined || appliesTo(traits));
    const held = differences.filter(({ of }) => apply.some((row) => row.name === of));
    const record = {
      path: name,
      rows: this.#rows,
      passed: this.#passed,
      differences: held.map(({ of, because, run }) => ({ of, because, isLeftOut: run === undefined })),
    };
    mkdirSync(DIRECTORY, { recursive: true });
    const file = `${name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.json`;
    writeFileSync(join(DIRECTORY, file), `${JSON.stringify(record, null, 2)}\n`);
  }
}
