// Loads undici when the first server is to be spoken to over HTTP: nobody else need wait for it, or have its memory.

import { createRequire } from 'node:module';
import type * as module from 'undici';

type Undici = typeof module;

const require = createRequire(import.meta.url);
let loaded: Undici | null = null;

/** The package undici; the first call takes a tenth of a second. */
export function undici(): Undici {
  loaded ??= require('undici') as Undici;
  return loaded;
}
