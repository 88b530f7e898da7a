import { describe, expect, it } from '@jest/globals';
import { BODY_END } from '../src/body-packets.ts';
import { everySplit } from './helpers/splits.ts';
import { ServerSession, contentLength, data, forward, post } from './helpers/server-session.ts';
import { parseHex } from './helpers/vectors.ts';

const ASK = parseHex('41 42 00 03 06 1f fa');
const OTHER_END = parseHex('12 34 00 02 00 00');

function answer(session: ServerSession): void {
  const request = session.requests.at(-1);
  request?.writeHead(200, 'OK', []);
  request?.end();
}

describe('the request body', () => {
  it('is not asked for until the application wants it', () => {
    const session = new ServerSession();
    const request = session.request({ method: 'PUT' });
    expect(request.bodyExpected).toBe(true);
    expect(session.transport.take()).toHaveLength(0);
    request.resumeBody();
    expect(session.transport.take()).toEqual(ASK);
  });

  it('is asked for again only when the application has taken what came', () => {
    const session = new ServerSession();
    const request = session.request({ method: 'POST', headers: [contentLength(12)] }, data('abcd'));
    request.resumeBody();
    expect(session.transport.take()).toEqual(ASK);
    request.pauseBody();
    session.send(data('efgh'));
    expect(session.bodyText()).toBe('abcd');
    expect(session.transport.take()).toHaveLength(0);
    request.resumeBody();
    expect(session.bodyText()).toBe('abcdefgh');
    expect(session.transport.take()).toEqual(ASK);
  });

  it('is not asked for once content-length bytes are there', () => {
    const session = new ServerSession();
    session.request({ method: 'POST', headers: [contentLength(4)] }, data('abcd')).resumeBody();
    expect(session.bodyText()).toBe('abcd');
    expect(session.bodyEnds).toBe(1);
    expect(session.transport.take()).toHaveLength(0);
  });

  it.each([
    ['mod_jk', BODY_END],
    ['mod_proxy_ajp', OTHER_END],
  ])('of unknown length ends as %s says it, and nothing is asked for after', (_, end) => {
    for (const pieces of everySplit(end)) {
      const session = new ServerSession();
      const request = session.request({ method: 'POST', headers: [['transfer-encoding', 'chunked']] });
      request.resumeBody();
      session.send(data('abc'));
      expect(session.transport.take()).toEqual(Buffer.concat([ASK, ASK]));
      for (const piece of pieces) session.send(piece);
      expect(session.bodyText()).toBe('abc');
      expect(session.bodyEnds).toBe(1);
      expect(session.transport.take()).toHaveLength(0);
    }
  });

  it('of a GET with unknown length is not expected, and asking for it is legal', () => {
    const session = new ServerSession();
    const request = session.request();
    expect(request.bodyExpected).toBe(false);
    expect(request.contentLength).toBeNull();
    request.resumeBody();
    expect(session.transport.take()).toEqual(ASK);
    session.send(OTHER_END);
    expect(session.bodyEnds).toBe(1);
    answer(session);
    expect(session.transport.closed).toBe('no');
  });

  it('with content-length 0 ends without a packet', () => {
    const session = new ServerSession();
    const request = session.request({ method: 'POST', headers: [contentLength(0)] });
    expect(request.bodyExpected).toBe(false);
    request.resumeBody();
    expect(session.bodyEnds).toBe(1);
    expect(session.transport.take()).toHaveLength(0);
  });

  it('that is spelled CONTENT-LENGTH counts like the coded one', () => {
    const session = new ServerSession();
    const spelled = parseHex('00 0e 43 4f 4e 54 45 4e 54 2d 4c 45 4e 47 54 48 00');
    const coded = parseHex('a0 08');
    const packet = post(5);
    const at = packet.indexOf(coded);
    const respelled = Buffer.concat([packet.subarray(0, at), spelled, packet.subarray(at + 2)]);
    respelled.writeUInt16BE(respelled.length - 4, 2);
    session.send(respelled);
    session.requests[0]?.resumeBody();
    session.send(data('hello'));
    expect(session.bodyText()).toBe('hello');
  });

  it('that is larger than a packet arrives whole, packet by packet', () => {
    const session = new ServerSession();
    const whole = 'x'.repeat(8186) + 'y'.repeat(8186) + 'z';
    const request = session.request({ method: 'POST', headers: [contentLength(whole.length)] });
    request.resumeBody();
    let sent = 0;
    while (sent < whole.length) {
      const piece = whole.slice(sent, sent + 8186);
      sent += piece.length;
      session.send(data(piece));
      expect(session.transport.take()).toEqual(sent < whole.length ? ASK : Buffer.alloc(0));
    }
    expect(session.bodyText()).toBe(whole);
    expect(session.bodyEnds).toBe(1);
  });
});

describe('a body the application did not read', () => {
  it('is swallowed before the next request when its packet comes late', () => {
    const session = new ServerSession();
    session.onRequest = () => answer(session);
    session.send(post(5));
    expect(session.answers().at(-1)).toEqual({ type: 'end', reuse: true });
    session.send(data('hello'), forward({ uri: '/next' }));
    expect(session.requests.map((request) => request.uri)).toEqual(['/', '/next']);
    expect(session.body).toEqual([]);
  });

  it('is dropped when it came with the request', () => {
    const session = new ServerSession();
    session.onRequest = () => answer(session);
    session.send(post(5), data('hello'));
    expect(session.answers().at(-1)).toEqual({ type: 'end', reuse: true });
    session.send(forward({ uri: '/next' }));
    expect(session.requests.map((request) => request.uri)).toEqual(['/', '/next']);
  });

  it('closes the connection without a word if the packet that comes late is broken', () => {
    const session = new ServerSession();
    session.onRequest = () => answer(session);
    session.send(post(5));
    session.answers();
    session.send(data('too much'));
    expect(session.transport.closed).toBe('destroyed');
    // A second answer would be taken for the one to the next request.
    expect(session.answers()).toEqual([]);
    expect(session.errors.map((error) => error.code)).toEqual(['AJP_BODY_TOO_LONG']);
  });
});

describe('lighttpd', () => {
  const raw = (text: string): Buffer => {
    const header = parseHex('12 34 00 00');
    header.writeUInt16BE(text.length, 2);
    return Buffer.concat([header, Buffer.from(text, 'latin1')]);
  };

  it('sends body packets without inner length, which is noticed by their size', () => {
    const session = new ServerSession();
    session.request({ method: 'POST', headers: [contentLength(5)] }, raw('hello')).resumeBody();
    expect(session.bodyText()).toBe('hello');
    expect(session.bodyEnds).toBe(1);
  });

  it('is read raw to the end of a long body once noticed', () => {
    const session = new ServerSession();
    const request = session.request({ method: 'POST', headers: [contentLength(8188 + 7)] });
    request.resumeBody();
    session.send(raw('x'.repeat(8188)));
    session.send(raw('\0\0abcde'));
    expect(session.bodyText()).toBe(`${'x'.repeat(8188)}\0\0abcde`);
    expect(session.bodyEnds).toBe(1);
  });

  it('can be set for fronts that stream uploads in smaller packets', () => {
    const session = new ServerSession({ bodyFraming: 'raw' });
    session.request({ method: 'POST', headers: [contentLength(5)] }).resumeBody();
    session.send(raw('he'));
    session.send(raw('llo'));
    expect(session.bodyText()).toBe('hello');
  });

  it('is malformed when only the standard framing is wanted', () => {
    const session = new ServerSession({ bodyFraming: 'standard' });
    session.send(post(5), raw('hello'));
    expect(session.errors.map((error) => error.code)).toEqual(['AJP_MALFORMED_BODY']);
  });

  it('sends an empty packet after a request without a body, early or late', () => {
    const empty = parseHex('12 34 00 00');
    for (const late of [false, true]) {
      const session = new ServerSession();
      session.onRequest = () => answer(session);
      if (late) session.send(forward());
      session.send(...(late ? [empty] : [forward(), empty]));
      session.send(forward({ uri: '/next' }));
      expect(session.requests.map((request) => request.uri)).toEqual(['/', '/next']);
    }
  });

  it('may send that empty packet once only', () => {
    const session = new ServerSession();
    session.request();
    session.send(parseHex('12 34 00 00'));
    expect(session.errors).toEqual([]);
    session.send(parseHex('12 34 00 00'));
    expect(session.errors.map((error) => error.code)).toEqual(['AJP_UNDUE_BYTES']);
  });
});
