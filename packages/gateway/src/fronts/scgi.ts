// SCGI: a netstring with the variables, `name NUL value NUL ...`, which is the encoding they have in the gateway.

import { Variables } from '../exchange/variables.ts';
import { contentLength } from './content-length.ts';
import {
  checkCount,
  checkSize,
  DialectError,
  Gathering,
  type DecodedHead,
  type Dialect,
  type HeadDecoder,
  type HeadLimits,
} from './dialect.ts';
import { guessProtocol } from './guess-protocol.ts';

const ZERO = 48;
const NINE = 57;
const COLON = 58;
const COMMA = 44;

/** Digits of a length at most: what is longer is not waited for. */
const DIGITS_MAX = 7;

/** The protocol, as its specification of 2006 has it. */
export const SCGI: Dialect = {
  protocol: 'scgi',
  title: 'SCGI',
  statusPrefix: Buffer.from('Status: '),
  makeDecoder: (limits) => new ScgiDecoder(limits),
};

/** Reads the netstring. A block that comes in one piece is not copied. */
class ScgiDecoder implements HeadDecoder {
  readonly #limits: HeadLimits;
  #digits = '';
  #gathering: Gathering | null = null;

  constructor(limits: HeadLimits) {
    this.#limits = limits;
  }

  push(chunk: Buffer): DecodedHead | null {
    let at = 0;
    while (!this.#gathering) {
      if (at === chunk.length) return null;
      this.#length(chunk, at);
      at++;
    }
    const { missingBytes } = this.#gathering;
    const netstring = this.#gathering.push(chunk, at);
    return netstring && this.#request(netstring, chunk.subarray(at + missingBytes));
  }

  /** One byte of the length or the colon behind it. */
  #length(chunk: Buffer, at: number): void {
    const byte = chunk[at] ?? 0;
    if (byte === COLON && this.#digits !== '') {
      const sizeBytes = Number(this.#digits);
      checkSize(sizeBytes, this.#limits);
      this.#gathering = new Gathering(sizeBytes + 1);
      return;
    }
    const isDigit = byte >= ZERO && byte <= NINE;
    // A length has no leading zero, and a request without any variable is none.
    if (!isDigit || (byte === ZERO && this.#digits === '')) throw notScgi(this.#digits, chunk.subarray(at));
    if (this.#digits.length === DIGITS_MAX) throw notScgi(this.#digits, chunk.subarray(at));
    this.#digits += String.fromCharCode(byte);
  }

  #request(netstring: Buffer, rest: Buffer): DecodedHead {
    const block = netstring.subarray(0, -1);
    if (netstring.at(-1) !== COMMA) {
      throw new DialectError('HEAD_MALFORMED', `no comma after the ${block.length} bytes of the netstring`);
    }
    const index = pairsOf(block, this.#limits);
    const variables = new Variables(block, index);
    if (block.toString('latin1', 0, (index[1] ?? 1) - 1) !== 'CONTENT_LENGTH') {
      throw new DialectError('HEAD_MALFORMED', 'the first variable must be CONTENT_LENGTH');
    }
    if (variables.get('SCGI') !== '1') {
      const message = 'there is no variable SCGI with the value 1; in nginx, "scgi_param SCGI 1;" sends it';
      throw new DialectError('HEAD_MALFORMED', message);
    }
    return { kind: 'request', variables, contentBytes: contentLength(block, index) ?? 0, rest };
  }
}

function notScgi(digits: string, bytes: Buffer): DialectError {
  const seen = Buffer.concat([Buffer.from(digits), bytes.subarray(0, 32)]);
  const message = `a connection must begin with the length of a netstring, 1 to ${DIGITS_MAX} digits without leading zero and a colon${guessProtocol(seen)}`;
  return new DialectError('WRONG_PROTOCOL', message);
}

/** Name, value and end of value of each pair. Throws if the block is anything but pairs of a name and a value. */
function pairsOf(block: Buffer, limits: HeadLimits): number[] {
  const index: number[] = [];
  let name = 0;
  let value = 0;
  for (let at = 0; at < block.length; at++) {
    if (block[at] !== 0) continue;
    if (value === 0) {
      if (at === name) throw new DialectError('HEAD_MALFORMED', `a variable without a name at byte ${at}`);
      value = at + 1;
      continue;
    }
    index.push(name, value, at);
    checkCount(index.length / 3, limits);
    name = at + 1;
    value = 0;
  }
  if (name === block.length && value === 0) return index;
  throw new DialectError('HEAD_MALFORMED', 'the variables end inside a name or a value');
}
