// uwsgi, the protocol of the server uWSGI: a packet with the variables, each with its length in front.

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

const HEADER_BYTES = 4;
/** First byte of a packet: what the variables are for. */
const WSGI = 0;
const PING = 100;
const PONG = Buffer.of(PING, 0, 0, 1);

/** The protocol. Replies are what uWSGI's are, HTTP responses that end with the connection. */
export const UWSGI: Dialect = {
  protocol: 'uwsgi',
  title: 'uwsgi',
  statusPrefix: Buffer.from('HTTP/1.1 '),
  makeDecoder: (limits) => new UwsgiDecoder(limits),
};

/** Reads the packet. */
class UwsgiDecoder implements HeadDecoder {
  readonly #limits: HeadLimits;
  readonly #header = new Gathering(HEADER_BYTES);
  #data: Gathering | null = null;

  constructor(limits: HeadLimits) {
    this.#limits = limits;
  }

  push(chunk: Buffer): DecodedHead | null {
    let at = 0;
    if (!this.#data) {
      const { missingBytes } = this.#header;
      const header = this.#header.push(chunk, at);
      if (!header) return null;
      at += missingBytes;
      const modifier = header[0] ?? 0;
      if (modifier === PING) return { kind: 'ping', answer: PONG };
      if (modifier !== WSGI) throw wrongModifier(modifier, header, chunk.subarray(at));
      this.#data = new Gathering(header.readUInt16LE(1));
    }
    const { missingBytes } = this.#data;
    const data = this.#data.push(chunk, at);
    return data && this.#request(data, chunk.subarray(at + missingBytes));
  }

  #request(data: Buffer, rest: Buffer): DecodedHead {
    const index: number[] = [];
    const block = toBlock(data, index, this.#limits);
    checkSize(block.length, this.#limits);
    const variables = new Variables(block, index);
    const contentBytes = contentLength(block, index);
    if (contentBytes === null && /chunked/i.test(variables.get('HTTP_TRANSFER_ENCODING') ?? '')) {
      const message =
        'a chunked body without CONTENT_LENGTH; uwsgi has no way to send one, let the web server buffer it';
      throw new DialectError('CONTENT_LENGTH', message);
    }
    return { kind: 'request', variables, contentBytes: contentBytes ?? 0, rest };
  }
}

function wrongModifier(modifier: number, header: Buffer, rest: Buffer): DialectError {
  const guess = guessProtocol(Buffer.concat([header, rest.subarray(0, 32)]));
  const message = `modifier1 is ${modifier}; only 0, for WSGI, and 100, for a ping, are served${guess}`;
  return new DialectError('WRONG_PROTOCOL', message);
}

/** Copies the variables into a block of `name NUL value NUL ...` and adds the offsets of each to `index`. */
function toBlock(data: Buffer, index: number[], limits: HeadLimits): Buffer {
  // Two lengths of two bytes become two NULs, so this is always enough.
  const block = Buffer.allocUnsafe(data.length);
  let to = 0;
  let at = 0;
  while (at < data.length) {
    const name = to;
    to = copyText(data, at, block, to);
    if (to === name) throw malformed(at, 'a variable without a name');
    block[to++] = 0;
    at += 2 + to - name - 1;
    const value = to;
    to = copyText(data, at, block, to);
    index.push(name, value, to);
    checkCount(index.length / 3, limits);
    block[to++] = 0;
    at += 2 + to - value - 1;
  }
  return block.subarray(0, to);
}

/** Copies the text whose length stands at `at`; returns where it ends in `block`. */
function copyText(data: Buffer, at: number, block: Buffer, to: number): number {
  const start = at + 2;
  const end = start + (data[at] ?? 0) + (data[at + 1] ?? 0) * 256;
  if (start > data.length || end > data.length) throw malformed(at, 'a variable that ends behind the packet');
  for (let from = start; from < end; from++) {
    const byte = data[from] ?? 0;
    if (byte === 0) throw malformed(from, 'NUL in a variable');
    block[to++] = byte;
  }
  return to;
}

function malformed(at: number, what: string): DialectError {
  return new DialectError('HEAD_MALFORMED', `${what} at byte ${HEADER_BYTES + at} of the packet`);
}
