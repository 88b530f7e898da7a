import { describe, expect, it } from '@jest/globals';
import { encodeBodyPacket } from '../src/body-packets.ts';
import { decodeForwardRequest } from '../src/forward-request.ts';
import { ClientConnection } from '../src/client-connection.ts';
import { ClientSession } from './helpers/client-session.ts';
import { MemoryTransport } from './helpers/memory-transport.ts';
import { contentLength } from './helpers/server-session.ts';
import { parseHex } from './helpers/vectors.ts';

const HEAD = parseHex('41 42 00 0a 04 00 c8 00 02 4f 4b 00 00 00');
const END = parseHex('41 42 00 02 05 01');
const END_CLOSE = parseHex('41 42 00 02 05 00');
const ASK = parseHex('41 42 00 03 06 1f fa');
const ASK_3 = parseHex('41 42 00 03 06 00 03');
const BODY_END = parseHex('12 34 00 00');
const CHUNKED = { method: 'POST', headers: [['Transfer-Encoding', 'chunked']] } as const;

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const packet = (text: string): Buffer => encodeBodyPacket(bytes(text));
const withLength = (length: number): { method: string; headers: [ReturnType<typeof contentLength>] } => ({
  method: 'POST',
  headers: [contentLength(length)],
});

describe('the request a client sends', () => {
  it('states content-length 0 if nothing announces a body, as mod_jk does', () => {
    const transport = new MemoryTransport();
    new ClientConnection(transport).send({ method: 'GET', uri: '/' }, HANDLER);
    expect(decodeForwardRequest(transport.take().subarray(4)).headers).toEqual([['content-length', '0']]);
  });

  it.each([
    ['content-length and transfer-encoding', [contentLength(1), ['transfer-encoding', 'chunked']]],
    ['two content-lengths', [contentLength(1), contentLength(1)]],
    ['a content-length that is no number', [contentLength('1x')]],
    ['a transfer-encoding other than chunked', [['Transfer-Encoding', 'gzip']]],
    ['LF in a value', [['X', 'a\nb']]],
    ['NUL in a value', [['X', 'a\0b']]],
  ] as const)('is refused with %s, and nothing is sent', (_, headers) => {
    const session = new ClientSession();
    expect(() => session.request({ headers })).toThrow(
      expect.objectContaining({ code: 'AJP_INVALID_HEADER' }),
    );
    expect(session.transport.writes).toEqual([]);
    expect(session.connection.isIdle).toBe(true);
  });

  it('is refused when it does not fit one packet, naming the header', () => {
    const session = new ClientSession();
    expect(() => session.request({ headers: [['Cookie', 'c'.repeat(8192)]] })).toThrow(/Cookie.*8192/);
    const larger = new ClientSession({ limits: { packetSize: 16384 } });
    larger.request({ headers: [['Cookie', 'c'.repeat(8192)]] });
    expect(larger.connection.isIdle).toBe(false);
  });

  it('may not begin before the last one has ended', () => {
    const session = new ClientSession();
    session.request();
    expect(() => session.request()).toThrow(expect.objectContaining({ code: 'AJP_WRONG_STATE' }));
  });
});

describe('the body a client sends', () => {
  it('begins unasked when its length is stated, and goes on when asked', () => {
    const session = new ClientSession();
    const request = session.request(withLength(8));
    request.write(bytes('hello'));
    expect(session.transport.take()).toEqual(packet('hello'));
    request.write(bytes('abc'));
    expect(session.transport.take()).toHaveLength(0);
    session.receive(ASK);
    expect(session.transport.take()).toEqual(packet('abc'));
  });

  it('waits to be asked when its length is unknown, and gives at most what is wanted', () => {
    const session = new ClientSession();
    const request = session.request(CHUNKED);
    request.write(bytes('he'), bytes('llo'));
    expect(session.transport.take()).toHaveLength(0);
    session.receive(ASK_3);
    expect(session.transport.take()).toEqual(packet('hel'));
    request.end();
    session.receive(ASK, ASK, ASK);
    expect(session.transport.take()).toEqual(Buffer.concat([packet('lo'), BODY_END, BODY_END]));
  });

  it('answers late when asked before it has anything', () => {
    const session = new ClientSession();
    const request = session.request(CHUNKED);
    session.receive(ASK);
    expect(session.transport.take()).toHaveLength(0);
    request.write(bytes('x'));
    expect(session.transport.take()).toEqual(packet('x'));
  });

  it('never exceeds the packet size', () => {
    const session = new ClientSession();
    session.request(withLength(9000)).end([Buffer.alloc(9000, 1)]);
    expect(session.transport.take()).toHaveLength(8192);
    session.receive(parseHex('41 42 00 03 06 ff fa'));
    expect(session.transport.take()).toHaveLength(9000 - 8186 + 6);
  });

  it('of a request without one is an end packet when asked for', () => {
    const session = new ClientSession();
    session.request();
    session.receive(ASK);
    expect(session.transport.take()).toEqual(BODY_END);
  });

  it('makes the writer wait when much is held, and tells when it may go on', () => {
    const session = new ClientSession();
    const request = session.request(CHUNKED);
    expect(request.write(Buffer.alloc(65535))).toBe(true);
    expect(request.write(Buffer.alloc(1))).toBe(false);
    session.receive(ASK);
    expect(session.drains).toBe(1);
    expect(request.write(Buffer.alloc(1))).toBe(true);
  });

  it.each([
    ['longer', (session: ClientSession) => session.request(withLength(3)).write(bytes('hello'))],
    ['shorter', (session: ClientSession) => session.request(withLength(9)).end([bytes('hello')])],
  ])('that is %s than its content-length closes the connection', (_, misuse) => {
    const session = new ClientSession();
    misuse(session);
    expect(session.errors).toMatchObject([{ code: 'AJP_LENGTH_MISMATCH' }]);
    expect(session.transport.closed).toBe('destroyed');
  });

  it.each([
    ['for nothing', parseHex('41 42 00 03 06 00 00'), 'AJP_MALFORMED_RESPONSE'],
    ['twice at once', Buffer.concat([ASK, ASK]), 'AJP_UNEXPECTED_PACKET'],
  ])('closes the connection when it is asked %s', (_, asked, code) => {
    const session = new ClientSession();
    session.request(CHUNKED);
    session.receive(asked);
    expect(session.errors).toMatchObject([{ code }]);
  });

  it('closes the connection when the container asks on and on after the end', () => {
    const session = new ClientSession();
    session.request(CHUNKED).end();
    for (let count = 0; count < 20 && session.errors.length === 0; count++) session.receive(ASK);
    expect(session.errors).toMatchObject([{ code: 'AJP_UNEXPECTED_PACKET' }]);
  });
});

describe('the end of a response', () => {
  it('leaves the connection for the next request', () => {
    const session = new ClientSession();
    session.request();
    session.receive(HEAD, END);
    session.request({ uri: '/next' });
    session.receive(HEAD, END);
    expect(session.log).toEqual(['head 200 OK', 'end, idle', 'head 200 OK', 'end, idle']);
  });

  it.each([
    ['the container says so', HEAD, END_CLOSE],
    ['bytes follow it', HEAD, Buffer.concat([END, parseHex('41')])],
  ])('closes the connection when %s', (_, ...answer) => {
    const session = new ClientSession();
    session.request();
    session.receive(...answer);
    expect(session.log).toEqual(['head 200 OK', 'closed', 'end, closed']);
  });

  it('closes the connection when the first body packet was never sent', () => {
    const session = new ClientSession();
    const request = session.request(withLength(5));
    session.receive(HEAD, END);
    expect(session.log.at(-1)).toBe('end, closed');
    expect(request.write(bytes('hello'))).toBe(true);
    expect(session.transport.writes).toEqual([]);
  });
});

describe('a response that goes wrong', () => {
  const head = (hex: string): Buffer => {
    const payload = parseHex(hex);
    const header = parseHex('41 42 00 00');
    header.writeUInt16BE(payload.length, 2);
    return Buffer.concat([header, payload]);
  };

  it.each([
    ['CR LF in the reason', head('04 00 c8 00 02 0d 0a 00 00 00')],
    ['LF in a header value', head('04 00 c8 00 00 00 00 01 00 01 58 00 00 01 0a 00')],
    ['NUL in a header value', head('04 00 c8 00 00 00 00 01 00 01 58 00 00 01 00 00')],
    ['CR in a header name', head('04 00 c8 00 00 00 00 01 00 01 0d 00 00 01 61 00')],
    ['a colon in a header name', head('04 00 c8 00 00 00 00 01 00 01 3a 00 00 01 61 00')],
    ['an unknown header code', head('04 00 c8 00 00 00 00 01 a0 0c 00 01 61 00')],
    ['status 100', head('04 00 64 00 00 00 00 00')],
    ['a header count without headers', head('04 00 c8 00 00 00 00 05')],
    ['101 headers', head(`04 00 c8 00 00 00 00 65 {a0 01 00 01 61 00 x101}`)],
    ['a content-length that is no number', head('04 00 c8 00 00 00 00 01 a0 03 00 01 78 00')],
    ['END_RESPONSE before headers', END],
  ])('fails on %s', (_, answer) => {
    const session = new ClientSession();
    session.request();
    session.receive(answer);
    expect(session.errors).toMatchObject([{ code: 'AJP_MALFORMED_RESPONSE', statusHint: 502 }]);
    expect(session.transport.closed).toBe('destroyed');
  });

  const HEAD_LENGTH_3 = head('04 00 c8 00 00 00 00 01 a0 03 00 01 33 00');

  it('fails as truncated when END_RESPONSE comes before content-length bytes', () => {
    const session = new ClientSession();
    session.request();
    session.receive(HEAD_LENGTH_3, parseHex('41 42 00 05 03 00 01 78 00'), END);
    expect(session.errors).toMatchObject([{ code: 'AJP_RESPONSE_TRUNCATED' }]);
  });

  it('fails when it is longer than its content-length', () => {
    const session = new ClientSession();
    session.request();
    session.receive(HEAD_LENGTH_3, parseHex('41 42 00 08 03 00 04 78 78 78 78 00'));
    expect(session.errors).toMatchObject([{ code: 'AJP_MALFORMED_RESPONSE' }]);
    expect(session.body).toEqual([]);
  });

  it('drops body bytes where HTTP allows none', () => {
    const session = new ClientSession();
    session.request({ method: 'HEAD' });
    session.receive(HEAD_LENGTH_3, parseHex('41 42 00 07 03 00 03 61 62 63 00'), END);
    expect(session.log).toEqual(['head 200 ', 'header content-length: 3', 'end, idle']);
  });

  it.each([
    ['before the head', [], 'AJP_CONNECTION_CLOSED'],
    ['after the head', [HEAD], 'AJP_RESPONSE_TRUNCATED'],
  ])('tells the container closing %s', (_, answer, code) => {
    const session = new ClientSession();
    const request = session.request();
    session.receive(...answer);
    session.connection.receiveEnd();
    expect(session.errors).toMatchObject([{ code }]);
    expect(request.responseStarted).toBe(answer.length > 0);
  });

  it('fails once only, and does nothing when aborted after that', () => {
    const session = new ClientSession();
    const request = session.request();
    request.abort();
    request.abort();
    session.connection.close();
    session.connection.receiveEnd();
    session.receive(HEAD);
    expect(session.errors).toMatchObject([{ code: 'AJP_ABORTED' }]);
  });
});

describe('a response read slowly', () => {
  it('stops at pause and goes on at resume, the close of the container included', () => {
    const session = new ClientSession();
    session.onBody = (request) => request.pause();
    const request = session.request();
    const chunk = parseHex('41 42 00 05 03 00 01 78 00');
    session.receive(Buffer.concat([HEAD, chunk, chunk, END]));
    session.connection.receiveEnd();
    expect(session.body).toHaveLength(1);
    expect(session.transport.isPaused).toBe(true);
    request.resume();
    expect(session.body).toHaveLength(2);
    expect(session.ends).toBe(0);
    request.resume();
    expect(session.ends).toBe(1);
    expect(session.errors).toEqual([]);
  });
});

describe('CPING', () => {
  const PONG = parseHex('41 42 00 01 09');

  it('is answered by CPONG', () => {
    const session = new ClientSession();
    const answers: unknown[] = [];
    session.connection.ping((error) => answers.push(error));
    expect(session.transport.take()).toEqual(parseHex('12 34 00 01 0a'));
    expect(session.connection.isIdle).toBe(false);
    session.receive(PONG);
    expect(answers).toEqual([null]);
    expect(session.connection.isIdle).toBe(true);
  });

  it.each([
    ['something else comes', (session: ClientSession) => void session.receive(END), 'AJP_UNEXPECTED_PACKET'],
    [
      'the container closes',
      (session: ClientSession) => session.connection.receiveEnd(),
      'AJP_CONNECTION_CLOSED',
    ],
    ['the connection is closed', (session: ClientSession) => session.connection.close(), 'AJP_ABORTED'],
  ])('fails when %s', (_, act, code) => {
    const session = new ClientSession();
    const answers: unknown[] = [];
    session.connection.ping((error) => answers.push(error));
    act(session);
    expect(answers).toMatchObject([{ code }]);
    expect(session.connection.isClosed).toBe(true);
  });

  it('may not be sent within a request', () => {
    const session = new ClientSession();
    session.request();
    expect(() => session.connection.ping(() => {})).toThrow(
      expect.objectContaining({ code: 'AJP_WRONG_STATE' }),
    );
  });

  it.each([
    ['idle', () => {}],
    ['answered already', (session: ClientSession) => session.connection.ping(() => {})],
  ])('answered while %s closes the connection', (_, prepare) => {
    const session = new ClientSession();
    prepare(session);
    session.receive(PONG, PONG);
    expect(session.connection.isClosed).toBe(true);
  });
});

const HANDLER = {
  onHead: () => {},
  onBody: () => {},
  onEnd: () => {},
  onDrain: () => {},
  onFail: () => {},
};
