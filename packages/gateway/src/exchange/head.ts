// Owns the head of a reply: the status line and the headers, as the bytes that go out, decoded only where asked.

const CR = 13;
const LF = 10;
const COLON = 58;
const SPACE = 32;
const TAB = 9;
const DEL = 127;
const LOWER_CASE = 32;
const SMALL_X = 120;
const DASH = 45;

/** RFC 9110 section 5.6.2: the characters of a token, which header names are made of. */
const IS_TOKEN = new Uint8Array(256);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  IS_TOKEN[character.charCodeAt(0)] = 1;
}

/** What may stand in a line: latin-1 without control characters but the tab (RFC 9110 section 5.5). */
const TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Fields, in lower case, that belong to one connection and never pass a gateway (RFC 9110 section 7.6.1). */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A head that is not well formed; `reason` says what is wrong and at which byte. */
export class HeadError extends Error {
  constructor(reason: string, at: number) {
    super(`malformed response head at byte ${at}: ${reason}`);
    this.name = 'HeadError';
  }
}

/**
 * The head of a reply: `200 OK CR LF` and one `Name: value CR LF` per header, latin-1.
 *
 * That is a CGI header block without `Status: ` in front, or an HTTP/1.1 head without its version, and without the
 * empty line in both cases, so that fronts can send it on as it is. Immutable; the bytes are not copied.
 */
export class Head {
  readonly status: number;
  /** Status line and headers, each line ended by CR LF. */
  readonly bytes: Buffer;
  /** Whether the name of any header begins with `X-`: only then is it worth looking for one. */
  readonly hasExtension: boolean;

  private constructor(status: number, bytes: Buffer, hasExtension: boolean) {
    this.status = status;
    this.bytes = bytes;
    this.hasExtension = hasExtension;
  }

  /** Checks a head made elsewhere. Throws a HeadError if it could be read in more than one way. */
  static parse(bytes: Buffer): Head {
    const status = parseStatus(bytes);
    let at = endOfLine(bytes, 3);
    let hasExtension = false;
    while (at < bytes.length) {
      const name = at;
      if (((bytes[at] ?? 0) | LOWER_CASE) === SMALL_X && bytes[at + 1] === DASH) hasExtension = true;
      while (IS_TOKEN[bytes[at] ?? 0] === 1) at++;
      if (at === name || bytes[at] !== COLON)
        throw new HeadError('a header name must be a token and a colon', at);
      at = endOfLine(bytes, at + 1);
    }
    return new Head(status, bytes, hasExtension);
  }

  /** Builds a head. Throws a HeadError if the status, a name or a value cannot stand in one. */
  static build(
    status: number,
    reason: string,
    headers: Iterable<readonly [name: string, value: string]>,
  ): Head {
    if (!TEXT.test(reason)) throw new HeadError('control character or not latin-1', 4);
    let text = `${status} ${reason}\r\n`;
    for (const [name, value] of headers) {
      if (name.includes(':') || !TEXT.test(name + value)) {
        throw new HeadError(`header ${JSON.stringify(name)} cannot stand in a head`, text.length);
      }
      text += `${name}: ${value}\r\n`;
    }
    return Head.parse(Buffer.from(text, 'latin1'));
  }

  /** The reason phrase, possibly empty. */
  get reason(): string {
    return this.bytes.toString('latin1', 4, this.bytes.indexOf(CR));
  }

  /** The headers in order, names as they were written, repeated ones included. */
  *headers(): IterableIterator<[name: string, value: string]> {
    let at = this.bytes.indexOf(LF) + 1;
    while (at < this.bytes.length) {
      const colon = this.bytes.indexOf(COLON, at);
      const end = this.bytes.indexOf(CR, colon);
      yield [this.bytes.toString('latin1', at, colon), this.bytes.toString('latin1', colon + 1, end).trim()];
      at = end + 2;
    }
  }

  /** The value of the first header of that name, in any case, or undefined. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    for (const [key, value] of this.headers()) if (key.toLowerCase() === wanted) return value;
    return undefined;
  }
}

function parseStatus(bytes: Buffer): number {
  const digits = [0, 1, 2].map((at) => (bytes[at] ?? 0) - 48);
  if (!digits.every((digit) => digit >= 0 && digit <= 9))
    throw new HeadError('the status must be three digits', 0);
  const [hundreds = 0, tens = 0, ones = 0] = digits;
  if (hundreds === 0) throw new HeadError('the status must be 100 or more', 0);
  if (bytes[3] !== SPACE) throw new HeadError('a space must follow the status', 3);
  return hundreds * 100 + tens * 10 + ones;
}

/** Checks the rest of a line from `at`; returns where the next line starts. */
function endOfLine(bytes: Buffer, at: number): number {
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === CR && bytes[at + 1] === LF) return at + 2;
    if ((byte < SPACE && byte !== TAB) || byte === DEL) throw new HeadError('control character', at);
  }
  throw new HeadError('the last line does not end in CR LF', at);
}
