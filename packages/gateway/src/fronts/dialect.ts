// What SCGI and uwsgi have in common: one request per connection, its variables in one piece, then its body.

import type { Variables } from '../exchange/variables.ts';

/** What the two differ in. */
export interface Dialect {
  readonly protocol: 'scgi' | 'uwsgi';
  /** Its name in messages. */
  readonly title: string;
  /** What stands before `200 OK` in a reply. */
  readonly statusPrefix: Buffer;
  /** Makes what reads the beginning of a request, once for each connection. */
  readonly makeDecoder: (limits: HeadLimits) => HeadDecoder;
}

/** Ceilings of the variables of a request. */
export interface HeadLimits {
  readonly variablesBytes: number;
  readonly variablesCount: number;
}

/** Reads a request up to its body. No sockets: bytes in, a request out. */
export interface HeadDecoder {
  /**
   * Takes the next bytes, cut anywhere. Returns what they complete, after which it is not called again, or null as long
   * as more must come. Throws a {@link DialectError}, or a `ContentLengthError`.
   */
  push(chunk: Buffer): DecodedHead | null;
}

/** The beginning of a request, or a question that is answered without one. */
export type DecodedHead =
  | {
      readonly kind: 'request';
      readonly variables: Variables;
      /** How long the body is; 0 for none. */
      readonly contentBytes: number;
      /** What came behind the variables: the body begins there. A view of the chunk. */
      readonly rest: Buffer;
    }
  | { readonly kind: 'ping'; readonly answer: Buffer };

/** What can be wrong with the beginning of a request. */
export type DialectErrorCode =
  /** The bytes are of another protocol, or ask for something else than a WSGI application. */
  | 'WRONG_PROTOCOL'
  /** The variables are larger, or more, than is allowed. */
  | 'HEAD_TOO_LARGE'
  /** The variables do not end where they must, have no name, contain NUL, or lack what they must have. */
  | 'HEAD_MALFORMED'
  /** CONTENT_LENGTH is no length, or two lengths. */
  | 'CONTENT_LENGTH';

/** The beginning of a request that is none. Match on `code`; the message says what was seen and what is allowed. */
export class DialectError extends Error {
  override readonly name = 'DialectError';
  readonly code: DialectErrorCode;

  constructor(code: DialectErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws if there are more variables than allowed. */
export function checkCount(count: number, { variablesCount }: HeadLimits): void {
  if (count <= variablesCount) return;
  throw new DialectError('HEAD_TOO_LARGE', `more than ${variablesCount} variables`);
}

/** Throws if the variables are longer than allowed. */
export function checkSize(sizeBytes: number, { variablesBytes }: HeadLimits): void {
  if (sizeBytes <= variablesBytes) return;
  const message = `the variables have ${sizeBytes} bytes, ${variablesBytes} allowed`;
  throw new DialectError('HEAD_TOO_LARGE', message);
}

/** Completes a piece of known length out of chunks; what came whole is not copied. */
export class Gathering {
  readonly #sizeBytes: number;
  #bytes: Buffer | null = null;
  #filledBytes = 0;

  /** @param sizeBytes must have been checked: it is allocated unless everything comes at once */
  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
  }

  /** How many bytes are missing. */
  get missingBytes(): number {
    return this.#sizeBytes - this.#filledBytes;
  }

  /** Takes what it needs of a chunk from `at`. Returns the whole piece when nothing is missing any more. */
  push(chunk: Buffer, at: number): Buffer | null {
    if (!this.#bytes && chunk.length - at >= this.#sizeBytes) {
      this.#filledBytes = this.#sizeBytes;
      return chunk.subarray(at, at + this.#sizeBytes);
    }
    this.#bytes ??= Buffer.allocUnsafe(this.#sizeBytes);
    this.#filledBytes += chunk.copy(this.#bytes, this.#filledBytes, at);
    return this.missingBytes === 0 ? this.#bytes : null;
  }
}
