// FORWARD_REQUEST packets put together by hand, so that anything in them can be wrong.

/** What stands in a packet; strings are encoded, bytes go as they are. */
export interface RawForward {
  readonly method?: number;
  readonly uri?: string | Buffer;
  /** A name is a string, or the low byte of a code. */
  readonly headers?: readonly (readonly [name: string | number | Buffer, value: string | Buffer])[];
  /** Default: as many as there are. */
  readonly headerCount?: number;
  /** Behind the headers, with the end. Default: only the end. */
  readonly attributes?: Buffer;
}

export const END = Buffer.of(0xff);
export const NULL_STRING = Buffer.of(0xff, 0xff);
export const CONTENT_LENGTH = 0x08;
export const HOST = 0x0b;

/** A number of two bytes. */
export function int(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

/** A string with its length and its NUL. */
export function str(text: string | Buffer): Buffer {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  return typeof text === 'string' ? Buffer.concat([int(bytes.length), bytes, Buffer.of(0)]) : bytes;
}

/** A packet of the web server. */
export function packet(payload: Buffer, magic = 0x1234, length = payload.length): Buffer {
  return Buffer.concat([int(magic), int(length), payload]);
}

/** A request attribute. */
export function attribute(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(0x0a), str(name), str(value)]);
}

/** A body packet; `length` is the one inside. */
export function body(data: string | Buffer, length = Buffer.from(data).length): Buffer {
  return packet(Buffer.concat([int(length), Buffer.from(data)]));
}

/** A whole packet. */
export function forward({
  method = 2,
  uri = '/echo',
  headers = [[HOST, 'h']],
  headerCount = headers.length,
  attributes = END,
}: RawForward): Buffer {
  const parts = headers.flatMap(([name, value]) => [
    typeof name === 'number' ? Buffer.of(0xa0, name) : str(name),
    str(value),
  ]);
  return packet(
    Buffer.concat([
      Buffer.of(2, method),
      str('HTTP/1.1'),
      str(uri),
      str('127.0.0.1'),
      NULL_STRING,
      str('h'),
      int(80),
      Buffer.of(0),
      int(headerCount),
      ...parts,
      attributes,
    ]),
  );
}
