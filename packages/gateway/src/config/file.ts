// Reads a sluice.toml into plain tables.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { ConfigError } from './problems.ts';
import type { RawTable } from './raw.ts';

/** A file that was read and parsed, but not checked. */
export interface ConfigFile {
  /** As it was named, for messages. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  readonly raw: RawTable;
}

/** Reads the file. A relative path begins at `directory`. Throws {@link ConfigError} if it cannot be read or is not TOML. */
export function readConfigFile(name: string, directory: string): ConfigFile {
  const path = resolve(directory, name);
  const text = readConfigText(name, path);
  try {
    return { name, path, text, raw: parse(text, { unsafeKeyBehaviour: 'throw' }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? 'invalid';
    const source = { kind: 'file', path: name, line: error.line } as const;
    throw new ConfigError([{ source, key: '', text: `not TOML at column ${error.column}: ${reason}` }]);
  }
}

const readFailures: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission to read it is missing',
  EISDIR: 'it is a directory; name the file in it',
};

/** The text of a file, in UTF-8. Throws {@link ConfigError} if it cannot be read. `name` is for messages, `path` absolute. */
export function readConfigText(name: string, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const text =
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        ? 'it is not UTF-8'
        : (readFailures[code] ?? `it cannot be read (${code})`);
    throw new ConfigError([{ source: { kind: 'file', path: name, line: null }, key: '', text }]);
  }
}
