// What is told of web servers that were refused: in words that help, and no more often than anybody reads them.

import type { AjpError, AjpErrorCode } from '@sluice/ajp';
import { Seldom } from './seldom.ts';

/** Something to tell. */
export interface Refusal {
  /** Why, and what to do about it. */
  readonly message: string;
  readonly code: AjpErrorCode;
  /** How many of the same kind were not told since the last that was. */
  readonly untold: number;
}

const ADVICE: Partial<Readonly<Record<AjpErrorCode, string>>> = {
  AJP_BAD_MAGIC: 'does whoever connects here speak AJP?',
  AJP_WRONG_SECRET:
    'the secret in the web server must be that of secret_file: secret=... in ProxyPass (mod_proxy_ajp), worker.NAME.secret (mod_jk), AJP13_SECRET in setenv.set-environment (lighttpd)',
  AJP_FORBIDDEN_ATTRIBUTE: 'if the application needs it, name it in allowed_attributes',
};

/** Decides which refusals to tell: one of each kind in a while. */
export class Refusals {
  readonly #seldom = new Seldom();

  /**
   * Notes that a web server was refused; returns what to tell of it, or null for nothing.
   *
   * @param nowMs in the time of `performance.now()`
   */
  note(error: AjpError, nowMs: number): Refusal | null {
    const { code } = error;
    // The network's doing, and an upload that its client gave up, are nobody's mistake.
    if (error.fault === 'io' || code === 'AJP_BODY_INCOMPLETE') return null;
    const untold = this.#seldom.note(code, nowMs);
    if (untold === null) return null;
    const advice = ADVICE[code];
    const message = advice === undefined ? error.message : `${error.message}; ${advice}`;
    return { message, code, untold };
  }
}
