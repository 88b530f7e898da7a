// The head of a CGI response: header lines up to an empty one, in STDOUT before the body (RFC 3875 section 6).
import { FastCgiError } from './errors.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { DEFAULT_LIMITS } from './limits.ts';

/** A response header as it goes over the wire; text is latin-1. */
export type HeaderPair = readonly [name: string, value: string];

/** The head of a response. */
export interface CgiHead {
  /** 100 to 999. Without a `Status` line 302 if there is a `Location`, else 200. */
  readonly status: number;
  /** What followed the number in the `Status` line, often nothing. */
  readonly reason: string;
  /** All headers but `Status`, in order, duplicates kept, names as they were spelled. */
  readonly headers: readonly HeaderPair[];
  /** The bytes of the head as received, the empty line included. */
  readonly headerBlock: Buffer;
}

/** A complete head, and the body bytes that came with it. */
export interface HeadAndBody {
  readonly head: CgiHead;
  /** A view into the last chunk, or into the parser's own memory; may be empty. */
  readonly body: Buffer;
}

const LF = 0x0a;
const CR = 0x0d;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What would end a line or a C string somewhere behind us. */
// oxlint-disable-next-line no-control-regex -- these control characters are the point
const FORBIDDEN_IN_VALUE = /[\0\r\n]/;
const STATUS = /^([1-9][0-9]{2})(?:[ \t]+(.*))?$/;

/** Fields that belong to one connection and never pass a gateway (RFC 9110 section 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Ceilings of a response head; see `FastCgiLimits` for the defaults. */
export interface HeadLimits {
  readonly headBytes: number;
  readonly headLines: number;
}

/** Reads one response head from bytes that come in any pieces. Lines may end in CRLF or LF; nothing is unfolded. */
export class CgiHeadParser {
  readonly #limits: HeadLimits;
  readonly #held: GrowingBuffer;
  /** Where the line begins that has not ended yet. */
  #lineStart = 0;
  /** Up to where there is no LF. */
  #searched = 0;

  constructor(limits: HeadLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
    this.#held = new GrowingBuffer(2 * limits.headBytes);
  }

  /**
   * Takes the next bytes; undefined until the head is complete, and not to be called after that. Throws
   * FCGI_HEAD_TOO_LARGE and FCGI_HEAD_MALFORMED.
   */
  push(chunk: Buffer): HeadAndBody | undefined {
    this.#held.append(chunk, 0, chunk.length);
    const bytes = this.#held.bytes;
    for (;;) {
      const lineEnd = bytes.indexOf(LF, this.#searched);
      if (lineEnd < 0) break;
      const length = lineEnd - this.#lineStart;
      this.#searched = lineEnd + 1;
      if (length === 0 || (length === 1 && bytes[this.#lineStart] === CR))
        return this.#finish(bytes, lineEnd + 1);
      this.#lineStart = lineEnd + 1;
    }
    this.#searched = bytes.length;
    this.#checkLength(bytes.length);
    return undefined;
  }

  #finish(bytes: Buffer, headEnd: number): HeadAndBody {
    this.#checkLength(headEnd);
    return {
      head: parseCgiHead(bytes.subarray(0, headEnd), this.#limits.headLines),
      body: bytes.subarray(headEnd),
    };
  }

  #checkLength(length: number): void {
    if (length <= this.#limits.headBytes) return;
    throw new FastCgiError('FCGI_HEAD_TOO_LARGE', `response head above ${this.#limits.headBytes} bytes`);
  }
}

/** Parses a head that is all there, the empty line included. Throws FCGI_HEAD_MALFORMED and FCGI_HEAD_TOO_LARGE. */
export function parseCgiHead(headerBlock: Buffer, linesMax: number = DEFAULT_LIMITS.headLines): CgiHead {
  const lines = headerBlock.toString('latin1').split('\n');
  // The last two are the empty line and what follows its LF, nothing.
  const count = lines.length - 2;
  if (count < 1) throw malformed('no header line');
  if (count > linesMax)
    throw new FastCgiError('FCGI_HEAD_TOO_LARGE', `${count} header lines, at most ${linesMax}`);
  const headers: HeaderPair[] = [];
  let statusLine: string | undefined;
  let hasLocation = false;
  for (const line of lines.slice(0, count)) {
    const [name, value] = parseLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    const lowerName = name.toLowerCase();
    if (lowerName === 'status') {
      if (statusLine !== undefined) throw malformed('two Status lines');
      statusLine = value;
      continue;
    }
    if (lowerName === 'location') hasLocation = true;
    headers.push([name, value]);
  }
  if (statusLine === undefined) return { status: hasLocation ? 302 : 200, reason: '', headers, headerBlock };
  const match = STATUS.exec(statusLine);
  if (match === null) throw malformed('a Status line without a three-digit number');
  return { status: Number(match[1]), reason: match[2] ?? '', headers, headerBlock };
}

/**
 * Builds a head: `Status` first, which every web server understands, then the headers in order. Hop-by-hop headers are
 * left out. Throws FCGI_HEADER_INVALID for a status outside 100 to 999, a name that is no token, a `Status` header, and
 * CR, LF, NUL or a character outside latin-1 in a value or the reason.
 */
export function buildCgiHead(status: number, headers: Iterable<HeaderPair>, reason = ''): Buffer {
  if (!Number.isInteger(status) || status < 100 || status > 999) throw invalid(`status ${status}`);
  checkValue('reason', reason);
  let text = reason === '' ? `Status: ${status}\r\n` : `Status: ${status} ${reason}\r\n`;
  for (const [name, value] of headers) {
    checkHeader(name, value);
    if (!HOP_BY_HOP.has(name.toLowerCase())) text += `${name}: ${value}\r\n`;
  }
  return Buffer.from(`${text}\r\n`, 'latin1');
}

/** Throws FCGI_HEADER_INVALID for a header that {@link buildCgiHead} would refuse. */
export function checkHeader(name: string, value: string): void {
  if (!NAME.test(name)) throw invalid('a header name that is not a token');
  if (name.toLowerCase() === 'status')
    throw invalid('the header Status; the status is an argument of its own');
  checkValue(name, value);
}

/** Whether a response with this status, or to this method, has no body whatever the application writes (RFC 9110). */
export function isBodyless(method: string, status: number): boolean {
  return method === 'HEAD' || status < 200 || status === 204 || status === 304;
}

function parseLine(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0));
  if (!NAME.test(name)) throw malformed('a line without a header name');
  const value = trimSpace(line.slice(colon + 1));
  if (FORBIDDEN_IN_VALUE.test(value)) throw malformed(`a control character in the header ${name}`);
  return [name, value];
}

/** Cuts spaces and tabs off both ends; by hand, because the obvious expression is quadratic in a run of spaces. */
function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function checkValue(name: string, value: string): void {
  if (FORBIDDEN_IN_VALUE.test(value)) throw invalid(`CR, LF or NUL in ${name}`);
  for (let index = 0; index < value.length; index += 1) {
    if (value.charCodeAt(index) > 0xff) throw invalid(`a character outside latin-1 in ${name}`);
  }
}

function malformed(seen: string): FastCgiError {
  return new FastCgiError('FCGI_HEAD_MALFORMED', `response head with ${seen}`);
}

function invalid(seen: string): FastCgiError {
  return new FastCgiError('FCGI_HEADER_INVALID', `refused ${seen}`);
}
