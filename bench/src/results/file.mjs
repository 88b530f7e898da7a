// The files in results/, which hold every round as measured.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DIRECTORY = fileURLToPath(new URL('../../results/', import.meta.url));

/** What a file holds, or `none` if nothing has been measured yet. @template T @param {string} name @param {T} none @returns {T} */
export function loadFile(name, none) {
  const path = `${DIRECTORY}${name}`;
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : none;
}

/** @param {string} name @param {object} results @param {(key: string, value: unknown) => unknown} [replacer] As for JSON. */
export function saveFile(name, results, replacer) {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(`${DIRECTORY}${name}`, `${JSON.stringify(results, replacer, 1)}\n`);
}

/** A replacer: three digits behind the point. */
export function rounded(_key, value) {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
