// Body packets have no type byte: whatever a peer sends as a body must never be run as a request.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeBodyPacket } from '../src/body-packets.ts';
import { ServerSession, contentLength, data, forward, post } from './helpers/server-session.ts';

// As a body packet its inner length is 0x02xx, which reads as FORWARD_REQUEST with method xx.
const SMUGGLED = encodeBodyPacket(
  Buffer.concat([
    forward({ method: 'GET', uri: '/admin', remoteUser: 'root' }).subarray(6),
    Buffer.alloc(0x202, 0xff),
  ]).subarray(0, 0x202),
);
const RAW_REQUEST = forward({ uri: '/admin' });

function uris(session: ServerSession): string[] {
  return session.requests.map((request) => request.uri);
}

function respond(session: ServerSession): void {
  session.onRequest = (request) => {
    request.writeHead(200, 'OK', []);
    request.end();
  };
}

describe('bytes after a request that announced no body', () => {
  it.each([
    ['as a body packet', SMUGGLED],
    ['as a whole request', RAW_REQUEST],
    ['as a CPING', Buffer.from('123400010a', 'hex')],
  ])('close the connection %s, before anything is run', (_, extra) => {
    for (const headers of [[], [contentLength(0)]]) {
      const session = new ServerSession();
      respond(session);
      session.send(forward({ headers }), extra);
      expect(uris(session)).toEqual([]);
      expect(session.errors.map((error) => error.code)).toEqual(['AJP_UNDUE_BYTES']);
      expect(session.transport.closed).not.toBe('no');
    }
  });

  it('abort the request if it is running already', () => {
    const session = new ServerSession();
    session.request();
    session.send(SMUGGLED);
    expect(uris(session)).toEqual(['/']);
    expect(session.aborts.map((error) => error.code)).toEqual(['AJP_UNDUE_BYTES']);
    expect(session.transport.closed).not.toBe('no');
  });

  it('close the connection after the response if they have not arrived whole', () => {
    const session = new ServerSession();
    respond(session);
    session.send(forward(), RAW_REQUEST.subarray(0, 3));
    expect(session.answers().at(-1)).toEqual({ type: 'end', reuse: false });
    session.send(RAW_REQUEST.subarray(3));
    expect(uris(session)).toEqual(['/']);
  });
});

describe('a body that looks like a request', () => {
  it('is body when it is shorter than content-length', () => {
    const session = new ServerSession();
    const length = RAW_REQUEST.length + 10;
    session.request({ method: 'POST', headers: [contentLength(length)] }).resumeBody();
    session.send(encodeBodyPacket(RAW_REQUEST));
    expect(uris(session)).toEqual(['/']);
    expect(Buffer.concat(session.body)).toEqual(RAW_REQUEST);
    expect(session.bodyEnds).toBe(0);
  });

  it('closes the connection when it is longer than content-length', () => {
    const session = new ServerSession();
    session.request({ method: 'POST', headers: [contentLength(3)] }).resumeBody();
    session.send(encodeBodyPacket(RAW_REQUEST));
    expect(uris(session)).toEqual(['/']);
    expect(session.aborts.map((error) => error.code)).toEqual(['AJP_BODY_TOO_LONG']);
    session.send(RAW_REQUEST);
    expect(uris(session)).toEqual(['/']);
  });

  it('closes the connection when a real request stands where a body packet is due', () => {
    const session = new ServerSession();
    session.request({ method: 'POST', headers: [contentLength(3)] }).resumeBody();
    session.send(RAW_REQUEST);
    expect(uris(session)).toEqual(['/']);
    expect(session.aborts).toHaveLength(1);
  });

  it('never reaches the application as a request, however content-length and body disagree', () => {
    fc.assert(
      fc.property(
        fc.nat(600),
        fc.array(fc.constantFrom(SMUGGLED, RAW_REQUEST, data('x'))),
        (length, packets) => {
          const session = new ServerSession();
          session.onRequest = (request) => request.resumeBody();
          session.send(post(length));
          for (const packet of packets) session.send(packet);
          expect(uris(session)).toEqual(['/']);
        },
      ),
    );
  });
});

describe('a request whose body framing is in doubt', () => {
  it.each([
    ['content-length twice, alike', [contentLength(5), contentLength(5)]],
    ['content-length twice, different', [contentLength(5), contentLength(6)]],
    ['content-length with transfer-encoding', [contentLength(5), ['transfer-encoding', 'chunked']]],
    ['transfer-encoding before content-length', [['Transfer-Encoding', 'chunked'], contentLength(5)]],
    ['an unknown transfer-encoding', [['transfer-encoding', 'gzip, chunked']]],
    [
      'transfer-encoding twice',
      [
        ['transfer-encoding', 'chunked'],
        ['transfer-encoding', 'chunked'],
      ],
    ],
    ['a signed content-length', [contentLength('+5')]],
    ['a negative content-length', [contentLength('-5')]],
    ['a list as content-length', [contentLength('5, 5')]],
    ['an empty content-length', [contentLength('')]],
    ['a hexadecimal content-length', [contentLength('0x5')]],
    ['a content-length with blanks', [contentLength(' 5')]],
  ] as const)('is refused with 400 and the connection closed: %s', (_, headers) => {
    const session = new ServerSession();
    session.send(forward({ method: 'POST', headers }));
    expect(uris(session)).toEqual([]);
    expect(session.answers()).toMatchObject([{ head: { status: 400 } }, { type: 'end', reuse: false }]);
    expect(session.transport.closed).toBe('ended');
  });

  it('is refused with 413 when content-length is over the limit', () => {
    const session = new ServerSession({ limits: { contentLengthMax: 10 } });
    session.send(post(11));
    expect(session.answers()).toMatchObject([{ head: { status: 413 } }, { type: 'end', reuse: false }]);
  });
});
