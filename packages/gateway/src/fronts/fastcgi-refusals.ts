// What is told of web servers that were refused: in words that help, and no more often than anybody reads them.

import type { FastCgiError, FastCgiErrorCode } from '@sluice/fastcgi';
import type { ContentLengthError } from './content-length.ts';
import { Seldom } from './seldom.ts';

/** What a refusal is called: a code of `@sluice/fastcgi`, or what only a gateway can find. */
export type RefusalCode = FastCgiErrorCode | ContentLengthError['code'];

/** Something to tell. */
export interface Refusal {
  /** Why, and what to do about it. */
  readonly message: string;
  readonly code: RefusalCode;
  /** How many of the same kind were not told since the last that was. */
  readonly untold: number;
}

const ADVICE: Partial<Readonly<Record<RefusalCode, string>>> = {
  FCGI_VERSION: 'does whoever connects here speak FastCGI?',
  FCGI_PARAMS_TOO_LARGE: 'limits.variables says how much is allowed',
  FCGI_TOO_MANY_PARAMS: 'limits.variables_count says how many are allowed',
};

/** Decides which refusals to tell: one of each kind in a while. */
export class Refusals {
  readonly #seldom = new Seldom();

  /**
   * Notes that a web server was refused; returns what to tell of it, or null for nothing.
   *
   * @param nowMs in the time of `performance.now()`
   */
  note(error: FastCgiError | ContentLengthError, nowMs: number): Refusal | null {
    const { code } = error;
    // A record that was left out cost nothing, and a connection that breaks off is its client's doing.
    if (error.scope === 'record' || code === 'FCGI_TRUNCATED') return null;
    const untold = this.#seldom.note(code, nowMs);
    if (untold === null) return null;
    const advice = ADVICE[code];
    const message = advice === undefined ? error.message : `${error.message}; ${advice}`;
    return { message, code, untold };
  }
}
