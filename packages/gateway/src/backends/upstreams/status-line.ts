// Reads the head of a reply that is either that of HTTP/1 or that of a CGI program: uwsgi servers send the one or the other.

import type { CgiHead } from '@sluice/fastcgi';
import { CgiResponseReader, type HeadAndRest } from './cgi-response.ts';
import { malformed } from './failure.ts';

const LF = 10;
/** A first line is not longer. */
const LINE_BYTES_MAX = 8_192;
const SIGN = Buffer.from('HTTP/');
const STATUS_LINE = /^HTTP\/1\.[0-9] ([1-9][0-9]{2})(?: ([^\r\n\0]*))?\r?\n$/;

/** A reader for one reply. */
export class StatusLineReader {
  readonly #reader = new CgiResponseReader(refuseCoding);
  /** What came of the first line; null when it is over. */
  #line: Buffer | null = Buffer.alloc(0);

  /** Takes the next bytes; null until the head is complete. Throws an `UpstreamFailure`. */
  push(chunk: Buffer): HeadAndRest | null {
    if (!this.#line) return this.#reader.push(chunk);
    const line = Buffer.concat([this.#line, chunk]);
    const seen = Math.min(line.length, SIGN.length);
    if (line.compare(SIGN, 0, seen, 0, seen) !== 0) return this.#rest(line);
    const end = line.indexOf(LF) + 1;
    if (end > 0) return this.#rest(Buffer.concat([statusField(line.subarray(0, end)), line.subarray(end)]));
    if (line.length > LINE_BYTES_MAX) throw malformed(`a status line above ${LINE_BYTES_MAX} bytes`);
    this.#line = line;
    return null;
  }

  #rest(bytes: Buffer): HeadAndRest | null {
    this.#line = null;
    return this.#reader.push(bytes);
  }
}

/** A status line as the field that says the same in a CGI head. */
function statusField(line: Buffer): Buffer {
  const match = STATUS_LINE.exec(line.toString('latin1', 0, LINE_BYTES_MAX));
  if (!match) throw malformed('a status line that is not HTTP/1.x, a space and three digits');
  return Buffer.from(`Status: ${match[1]} ${match[2] ?? ''}\r\n`, 'latin1');
}

/** Nobody takes the body of a uwsgi reply apart, so it would reach the client as it is. */
function refuseCoding({ headers }: CgiHead): void {
  if (headers.some(([name]) => name.toLowerCase() === 'transfer-encoding'))
    throw malformed('a Transfer-Encoding, which uwsgi has not');
}
