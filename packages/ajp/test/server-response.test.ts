import { describe, expect, it } from '@jest/globals';
import { parseHex } from './helpers/vectors.ts';
import { ServerSession, contentLength } from './helpers/server-session.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('a response', () => {
  it('that is small leaves as one write: head, chunk and end', () => {
    const session = new ServerSession();
    const request = session.request();
    request.writeHead(200, 'OK', [['Content-Type', 'text/plain']]);
    request.end([bytes('hi')]);
    expect(session.transport.writes).toHaveLength(1);
    expect(session.transport.take()).toEqual(
      parseHex(
        '41 42 00 19 04 00 c8 00 02 4f 4b 00 00 01 a0 01 00 0a 74 65 78 74 2f 70 6c 61 69 6e 00' +
          '41 42 00 06 03 00 02 68 69 00 41 42 00 02 05 01',
      ),
    );
  });

  it('takes its headers as a block of lines too', () => {
    const [list, block] = [new ServerSession(), new ServerSession()];
    const asList = list.request();
    asList.writeHead(200, 'OK', [
      ['Set-Cookie', 'a=1'],
      ['X-B', 'two words'],
    ]);
    asList.end();
    const asBlock = block.request();
    asBlock.writeHead(200, 'OK', bytes('Set-Cookie: a=1\r\nX-B:  two words\r\n'));
    asBlock.end();
    expect(block.transport.take()).toEqual(list.transport.take());
  });

  it('splits a body into chunks of the packet size, whatever the parts', () => {
    const session = new ServerSession();
    const request = session.request();
    request.writeHead(200, 'OK', []);
    request.write(bytes('a'.repeat(5000)), bytes('b'.repeat(5000)));
    request.end();
    const chunks = session
      .answers()
      .flatMap((message) => (message.type === 'bodyChunk' ? [message.data] : []));
    expect(chunks.map((chunk) => chunk.length)).toEqual([8184, 1816]);
    expect(Buffer.concat(chunks).toString()).toBe('a'.repeat(5000) + 'b'.repeat(5000));
  });

  it('uses larger chunks when the packet size is raised', () => {
    const session = new ServerSession({ limits: { packetSize: 65536 } });
    const request = session.request();
    request.writeHead(200, 'OK', []);
    request.end([Buffer.alloc(65528, 1)]);
    const [, chunk] = session.answers();
    expect(chunk).toMatchObject({ type: 'bodyChunk' });
    expect(chunk?.type === 'bodyChunk' && chunk.data.length).toBe(65528);
  });

  it('sends the head and an empty chunk on flush', () => {
    const session = new ServerSession();
    const request = session.request();
    request.writeHead(200, 'OK', []);
    request.flush();
    expect(session.answers().map((message) => message.type)).toEqual(['head', 'bodyChunk']);
    request.writeFlushed(bytes('x'));
    expect(session.transport.take()).toEqual(parseHex('41 42 00 05 03 00 01 78 00 41 42 00 04 03 00 00 00'));
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 205],
    ['GET', 304],
  ])('to %s with status %d has no body, whatever is written', (method, status) => {
    const session = new ServerSession();
    const request = session.request({ method });
    request.writeHead(status, 'X', [contentLength(5)]);
    request.write(bytes('hello'));
    request.end();
    expect(session.answers().map((message) => message.type)).toEqual(['head', 'end']);
  });

  it('lets the caller wait when the transport is full, and tells when to go on', () => {
    const session = new ServerSession();
    const request = session.request();
    request.writeHead(200, 'OK', []);
    session.transport.hasRoom = false;
    expect(request.write(bytes('x'))).toBe(false);
    session.transport.hasRoom = true;
    session.connection.drained();
    expect(session.drains).toBe(1);
    expect(request.write(bytes('x'))).toBe(true);
  });
});

describe('a response that cannot be sent', () => {
  it.each([
    ['LF in a value', 200, 'OK', [['X', 'a\nb']]],
    ['CR in a value', 200, 'OK', [['X', 'a\rb']]],
    ['NUL in a value', 200, 'OK', [['X', 'a\0b']]],
    ['CR LF in the reason', 200, 'OK\r\nX: y', []],
    ['a colon in a name', 200, 'OK', [['X:', 'a']]],
    ['LF in a name', 200, 'OK', [['X\nY', 'a']]],
    ['an empty name', 200, 'OK', [['', 'a']]],
    ['text beyond latin-1', 200, 'OK', [['X', '\u0100']]],
    ['transfer-encoding', 200, 'OK', [['Transfer-Encoding', 'chunked']]],
    ['a content-length that is no number', 200, 'OK', [['Content-Length', '1x']]],
    ['two content-lengths that differ', 200, 'OK', [contentLength(1), contentLength(2)]],
    ['status 100', 100, 'Continue', []],
  ] as const)('refuses %s before anything is written', (_, status, reason, headers) => {
    const session = new ServerSession();
    const request = session.request();
    expect(() => request.writeHead(status, reason, headers)).toThrow(
      expect.objectContaining({ code: 'AJP_INVALID_HEADER' }),
    );
    expect(session.transport.writes).toEqual([]);
    request.writeHead(500, 'Internal Server Error', []);
    request.end();
    expect(session.answers()).toHaveLength(2);
  });

  it('names the header that does not fit the packet, and the packet size', () => {
    const request = new ServerSession().request();
    expect(() => request.writeHead(200, 'OK', [['X-Large', 'v'.repeat(8190)]])).toThrow(/X-Large.*8192/);
  });

  it('is cut, not ended, when it has fewer bytes than its content-length', () => {
    const session = new ServerSession();
    const request = session.request();
    request.writeHead(200, 'OK', [contentLength(10)]);
    request.write(bytes('half'));
    request.end();
    expect(session.transport.closed).toBe('destroyed');
    expect(session.answers().map((message) => message.type)).toEqual(['head', 'bodyChunk']);
    expect(session.aborts.map((error) => error.code)).toEqual(['AJP_LENGTH_MISMATCH']);
  });

  it('is cut when it has more bytes than its content-length', () => {
    const session = new ServerSession();
    const request = session.request();
    request.writeHead(200, 'OK', [contentLength(1)]);
    request.write(bytes('xy'));
    expect(session.transport.closed).toBe('destroyed');
    expect(session.answers()).toEqual([]);
    expect(session.aborts.map((error) => error.code)).toEqual(['AJP_LENGTH_MISMATCH']);
  });

  it('is cut without END_RESPONSE by abort', () => {
    const session = new ServerSession();
    const request = session.request();
    request.writeHead(200, 'OK', []);
    request.write(bytes('half'));
    request.abort();
    expect(session.transport.closed).toBe('destroyed');
    expect(session.answers().map((message) => message.type)).toEqual(['head', 'bodyChunk']);
    expect(session.aborts).toEqual([]);
    request.abort();
    expect(request.write(bytes('more'))).toBe(false);
    request.end();
  });

  it.each([
    ['a body before the head', (r: ReturnType<ServerSession['request']>) => r.write(bytes('x'))],
    ['an end before the head', (r: ReturnType<ServerSession['request']>) => r.end()],
    ['a flush before the head', (r: ReturnType<ServerSession['request']>) => r.flush()],
    [
      'two heads',
      (r: ReturnType<ServerSession['request']>) => {
        r.writeHead(200, 'OK', []);
        r.writeHead(200, 'OK', []);
      },
    ],
    [
      'a body after the end',
      (r: ReturnType<ServerSession['request']>) => {
        r.writeHead(200, 'OK', []);
        r.end();
        r.write(bytes('x'));
      },
    ],
  ])('throws for %s', (_, misuse) => {
    const request = new ServerSession().request();
    expect(() => misuse(request)).toThrow(expect.objectContaining({ code: 'AJP_WRONG_STATE' }));
  });
});
