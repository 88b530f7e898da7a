// Which release this is.
import { readFileSync } from 'node:fs';

/** The version in the manifest of the package. This file is as deep in it as the bundle of the command. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
