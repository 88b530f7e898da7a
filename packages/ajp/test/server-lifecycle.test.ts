import { describe, expect, it } from '@jest/globals';
import { ServerConnection } from '../src/server-connection.ts';
import { MemoryTransport } from './helpers/memory-transport.ts';
import { ServerSession, contentLength, data, forward, post } from './helpers/server-session.ts';

const PING = Buffer.from('123400010a', 'hex');
const PONG = Buffer.from('4142000109', 'hex');

function answer(session: ServerSession): void {
  const request = session.requests.at(-1);
  request?.writeHead(200, 'OK', []);
  request?.end();
}

describe('a connection', () => {
  it('serves request after request', () => {
    const session = new ServerSession();
    for (const uri of ['/a', '/b', '/c']) {
      session.request({ uri });
      expect(session.connection.activeRequest?.uri).toBe(uri);
      answer(session);
      expect(session.connection.activeRequest).toBeNull();
      expect(session.answers().at(-1)).toEqual({ type: 'end', reuse: true });
    }
    expect(session.transport.closed).toBe('no');
  });

  it('does not cut a request for the sake of one that is over', () => {
    const session = new ServerSession();
    session.request({ uri: '/a' });
    answer(session);
    const [first] = session.requests;
    session.request({ uri: '/b' });
    first?.abort();
    expect([session.connection.activeRequest?.uri, session.transport.closed]).toEqual(['/b', 'no']);
    answer(session);
    expect(session.answers().at(-1)).toEqual({ type: 'end', reuse: true });
  });

  it('says what it waits for', () => {
    const session = new ServerSession();
    expect(session.connection.awaiting).toBe('request');
    session.send(post(5).subarray(0, 9));
    expect(session.connection.awaiting).toBe('packet');
    session.send(post(5).subarray(9));
    expect(session.connection.awaiting).toBe('body');
    session.send(data('hello'));
    expect(session.connection.awaiting).toBe('nothing');
    answer(session);
    expect(session.connection.awaiting).toBe('request');
  });

  it('closes at once when idle and asked to close', () => {
    const session = new ServerSession();
    session.connection.close();
    expect(session.transport.closed).toBe('ended');
  });

  it('finishes the running response when asked to close, and tells the front that it closes', () => {
    const session = new ServerSession();
    session.request();
    session.connection.close();
    expect(session.transport.closed).toBe('no');
    answer(session);
    expect(session.answers().at(-1)).toEqual({ type: 'end', reuse: false });
    expect(session.transport.closed).toBe('ended');
  });

  it('ignores whatever comes once it is closing', () => {
    const session = new ServerSession();
    session.send(Buffer.from('not ajp'));
    expect(session.transport.closed).toBe('destroyed');
    session.send(forward());
    session.connection.receiveEnd();
    expect(session.requests).toEqual([]);
    expect(session.errors).toHaveLength(1);
  });

  it('ends quietly when the front closes between requests', () => {
    const session = new ServerSession();
    session.connection.receiveEnd();
    expect(session.transport.closed).toBe('ended');
    expect(session.errors).toEqual([]);
  });

  it('aborts the request when the front closes in the middle of it', () => {
    const session = new ServerSession();
    const request = session.request({ method: 'POST', headers: [contentLength(10)] }, data('half'));
    request.resumeBody();
    session.connection.receiveEnd();
    expect(session.aborts.map((error) => error.code)).toEqual(['AJP_CONNECTION_CLOSED']);
    expect(session.bodyEnds).toBe(0);
    expect(session.transport.closed).toBe('destroyed');
    expect(request.isOver).toBe(true);
  });

  it('stops answering CPING while the peer does not read, and goes on when it does', () => {
    const session = new ServerSession();
    session.transport.hasRoom = false;
    session.send(PING, PING, PING);
    expect(session.transport.take()).toEqual(PONG);
    expect(session.transport.isPaused).toBe(true);
    session.transport.hasRoom = true;
    session.connection.drained();
    expect(session.transport.isPaused).toBe(false);
    expect(session.transport.take()).toEqual(Buffer.concat([PONG, PONG]));
  });

  it('survives a handler that throws, for the caller to decide', () => {
    const session = new ServerSession();
    session.onRequest = () => {
      throw new Error('bug in the application');
    };
    expect(() => session.send(forward())).toThrow('bug in the application');
    answer(session);
    session.onRequest = () => {};
    session.send(forward({ uri: '/next' }));
    expect(session.requests.at(-1)?.uri).toBe('/next');
  });
});

describe('the secret', () => {
  it.each([
    ['the right one', 'open sesame', 1],
    ['a longer one that begins alike', 'open sesame!', 0],
    ['a shorter one', 'open', 0],
    ['one that differs in the last byte', 'open sesamf', 0],
    ['an empty one', '', 0],
    ['none', null, 0],
  ])('%s', (_, secret, dispatched) => {
    const session = new ServerSession({ secret: 'open sesame' });
    session.send(forward({ secret }));
    expect(session.requests).toHaveLength(dispatched);
    if (dispatched === 0) {
      expect(session.answers()).toMatchObject([{ head: { status: 403 } }, { type: 'end', reuse: false }]);
      expect(session.errors[0]?.message).not.toContain('sesam');
    }
  });

  it('is not kept in the request', () => {
    const session = new ServerSession({ secret: 'open sesame' });
    expect(session.request({ secret: 'open sesame' }).head.secret).toBeNull();
  });

  it('may not be empty', () => {
    const build = (): ServerConnection =>
      new ServerConnection(new MemoryTransport(), { ...NO_HANDLER }, { secret: '' });
    expect(build).toThrow(expect.objectContaining({ code: 'AJP_INVALID_OPTION' }));
  });
});

describe('who the user is', () => {
  const told = {
    remoteUser: 'root',
    authType: 'Basic',
    sslCertificate: 'PEM',
    sslCipher: 'c',
    sslSession: 's',
    sslKeySize: 256,
  };

  it('is believed from a trusted front', () => {
    expect(new ServerSession().request(told).head).toMatchObject(told);
  });

  it('is dropped from any other, with all that TLS proved', () => {
    expect(new ServerSession({ trustFront: false }).request(told).head).toMatchObject({
      remoteUser: null,
      authType: null,
      sslCertificate: null,
      sslCipher: null,
      sslSession: null,
      sslKeySize: null,
    });
  });
});

describe('request attributes', () => {
  it.each(['javax.servlet.include.request_uri', 'javax.servlet.include.path_info', 'REMOTE_ADDR', 'HTTP_X'])(
    'named %s are refused with 403 by default',
    (name) => {
      const session = new ServerSession();
      session.send(forward({ attributes: [[name, '/WEB-INF/web.xml']] }));
      expect(session.requests).toEqual([]);
      expect(session.answers()).toMatchObject([{ head: { status: 403 } }, { type: 'end', reuse: false }]);
      expect(session.errors.map((error) => error.code)).toEqual(['AJP_FORBIDDEN_ATTRIBUTE']);
    },
  );

  it('pass when a list or a pattern for the whole name allows them', () => {
    const attributes = [['MY_ENV', 'a\nb']] as const;
    expect(new ServerSession({ allowedAttributes: ['MY_ENV'] }).request({ attributes }).attributes).toEqual(
      attributes,
    );
    expect(new ServerSession({ allowedAttributes: /MY_\w+|X/ }).request({ attributes }).attributes).toEqual(
      attributes,
    );
    const narrow = new ServerSession({ allowedAttributes: /MY/g });
    narrow.send(forward({ attributes }));
    expect(narrow.requests).toEqual([]);
  });
});

const NO_HANDLER = {
  onRequest: () => {},
  onBody: () => {},
  onBodyEnd: () => {},
  onAbort: () => {},
  onDrain: () => {},
};
