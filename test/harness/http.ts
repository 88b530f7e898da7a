// HTTP/1.1 as a test wants it: every byte of the request is the test's own, every header line of the response is
// kept in order, and a response that was cut off is told apart from one that ended.
import { RawConnection, type Address } from './raw-connection.ts';

/** A request body: blocks sent with a Content-Length, or as chunks when the size is null. */
export interface RequestBody {
  readonly sizeBytes: number | null;
  readonly blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** A request. Default: GET / with `Host: localhost` and nothing else. */
export interface HttpRequest {
  readonly method?: string;
  /** As it is sent, in latin-1. */
  readonly target: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: RequestBody;
}

/** Status line and headers of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** A response. */
export interface HttpResponse extends ResponseHead {
  readonly body: Buffer;
  /** False when the connection ended before the response did. */
  readonly isComplete: boolean;
}

/** A body from bytes or text, sent with its length. */
export function whole(content: string | Uint8Array): RequestBody {
  const bytes = Buffer.from(content);
  return { sizeBytes: bytes.length, blocks: [bytes] };
}

/** A body whose length is not told beforehand. */
export function chunked(...blocks: readonly (string | Uint8Array)[]): RequestBody {
  return { sizeBytes: null, blocks: blocks.map((block) => Buffer.from(block)) };
}

/** The values of a header, in order. */
export function headerValues(head: ResponseHead, name: string): string[] {
  return head.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

/** The bytes of a request head. */
export function formatHead(request: HttpRequest): string {
  const lines = [`${request.method ?? 'GET'} ${request.target} HTTP/1.1`];
  const headers: (readonly [string, string])[] = [...(request.headers ?? [])];
  if (!headers.some(([name]) => name.toLowerCase() === 'host')) headers.unshift(['Host', 'localhost']);
  if (request.body) {
    const { sizeBytes } = request.body;
    headers.push(
      sizeBytes === null ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(sizeBytes)],
    );
  }
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Sends a body. */
export async function sendBody(connection: RawConnection, body: RequestBody): Promise<void> {
  for await (const block of body.blocks) {
    if (body.sizeBytes === null) await connection.send(`${block.length.toString(16)}\r\n`);
    await connection.send(block);
    if (body.sizeBytes === null) await connection.send('\r\n');
  }
  if (body.sizeBytes === null) await connection.send('0\r\n\r\n');
}

/** Reads a response head; undefined when the connection ends first. Passes over 1xx. */
export async function readHead(connection: RawConnection): Promise<ResponseHead | undefined> {
  for (;;) {
    const bytes = await connection.readUntil('\r\n\r\n');
    if (!bytes) return undefined;
    const [statusLine = '', ...lines] = bytes.toString('latin1').split('\r\n');
    const [, status = '', reason = ''] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(statusLine) ?? [];
    if (status === '') throw new Error(`not a status line: ${JSON.stringify(statusLine)}`);
    const headers = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    });
    if (!status.startsWith('1')) return { status: Number(status), reason, headers };
  }
}

/**
 * Reads a response body piece by piece, as its framing says (RFC 9112 section 6.3). The generator returns whether
 * the body was complete.
 */
export async function* readBody(
  connection: RawConnection,
  head: ResponseHead,
  method = 'GET',
): AsyncGenerator<Buffer, boolean, undefined> {
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return true;
  if (headerValues(head, 'transfer-encoding').includes('chunked')) return yield* readChunks(connection);
  const [length] = headerValues(head, 'content-length');
  if (length !== undefined) return yield* readSized(connection, Number(length));
  for (let bytes; (bytes = await connection.read());) yield bytes;
  return true;
}

async function* readChunks(connection: RawConnection): AsyncGenerator<Buffer, boolean, undefined> {
  for (;;) {
    const line = await connection.readUntil('\r\n');
    if (!line) return false;
    const sizeBytes = Number.parseInt(line.toString('latin1'), 16);
    if (!(yield* readSized(connection, sizeBytes))) return false;
    if ((await connection.readUntil('\r\n')) === undefined) return false;
    if (sizeBytes === 0) return true;
  }
}

async function* readSized(
  connection: RawConnection,
  sizeBytes: number,
): AsyncGenerator<Buffer, boolean, undefined> {
  for (let left = sizeBytes; left > 0;) {
    const bytes = await connection.read();
    if (!bytes) return false;
    if (bytes.length > left) connection.unread(bytes.subarray(left));
    yield bytes.subarray(0, left);
    left -= Math.min(bytes.length, left);
  }
  return true;
}

/** One whole response from a connection; undefined when it ended before a head came. */
export async function readResponse(
  connection: RawConnection,
  method = 'GET',
): Promise<HttpResponse | undefined> {
  const head = await readHead(connection);
  if (!head) return undefined;
  const pieces: Buffer[] = [];
  const body = readBody(connection, head, method);
  let next = await body.next();
  for (; !next.done; next = await body.next()) pieces.push(next.value);
  return { ...head, body: Buffer.concat(pieces), isComplete: next.value };
}

/** One request on a connection of its own. Fails when no response comes. */
export async function exchange(address: Address, request: HttpRequest): Promise<HttpResponse> {
  const connection = await RawConnection.open(address);
  try {
    await connection.send(formatHead(request));
    // The response may come, and may even be complete, before the body has been sent.
    const sent = request.body ? sendBody(connection, request.body) : Promise.resolve();
    const response = await readResponse(connection, request.method);
    if (!response) throw new Error(`no response to ${request.method ?? 'GET'} ${request.target}`);
    connection.close();
    await sent;
    return response;
  } finally {
    connection.close();
  }
}

/** The body as text, a character for each byte. */
export function text(response: HttpResponse): string {
  return response.body.toString('latin1');
}

/** The body as JSON. */
export function json(response: HttpResponse): unknown {
  return JSON.parse(text(response));
}
