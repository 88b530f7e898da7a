import { describe, expect, it } from '@jest/globals';
import { PING } from '@sluice/ajp/codec';
import { answer, benches, data, forward } from './ajp-bench.ts';

const open = benches();

describe('a connection over AJP', () => {
  it('carries one request after the other, and answers pings between them', async () => {
    const { bench, web } = await open();
    bench.onExchange = (exchange) => answer(exchange, exchange.variables.get('REQUEST_URI') ?? '');
    for (const uri of ['/1', '/2']) {
      web.send(PING);
      expect(await web.next()).toEqual({ type: 'pong' });
      web.send(forward({ uri }));
      expect(await web.response()).toEqual(['200 OK, content-length: 2', `body ${uri}`, 'end, reuse']);
    }
  });

  it('that the web server closes cancels the request', async () => {
    const { bench, web } = await open();
    web.send(forward());
    const exchange = await bench.exchange();
    const cancelled = new Promise<void>((resolve) => exchange.whenDone(resolve));
    web.close();
    await cancelled;
    expect(exchange.outcome).toBe('cancelled');
  });

  it('closes after the running response when the front drains, and an idle one at once', async () => {
    const { bench, web } = await open();
    const idle = await bench.connect();
    web.send(forward());
    const exchange = await bench.exchange();
    bench.front.drain();
    expect(await idle.next()).toBe('closed');
    answer(exchange, 'last');
    expect(await web.response()).toEqual(['200 OK, content-length: 4', 'body last', 'end, close']);
    expect(await web.next()).toBe('closed');
  });

  it('is cut when the front is destroyed', async () => {
    const { bench, web } = await open();
    web.send(forward());
    const exchange = await bench.exchange();
    const cancelled = new Promise<void>((resolve) => exchange.whenDone(resolve));
    bench.front.destroy();
    await cancelled;
    expect(await web.next()).toBe('closed');
  });
});

describe('what the AJP front refuses', () => {
  const refusal403 = ['403 Forbidden, content-length: 0', 'end, close'];

  it.each([
    ['no secret', undefined],
    ['another', 'wrong!'],
    ['a part of it', 'secre'],
    ['more than it', 'secret1'],
  ])('is a request with %s when it has one', async (_name, secret) => {
    const { bench, web } = await open({ secret: 'secret' });
    web.send(forward(secret === undefined ? {} : { secret }));
    expect(await web.response()).toEqual(refusal403);
    expect(bench.exchanges).toEqual([]);
    expect(bench.refused).toMatchObject([{ peer: '127.0.0.1', code: 'AJP_WRONG_SECRET' }]);
    expect(bench.refused[0]?.message).not.toContain('wrong!');
  });

  it('is not a request with the secret, which the application never sees', async () => {
    const { bench, web } = await open({ secret: 'secret' });
    web.send(forward({ secret: 'secret' }));
    const exchange = await bench.exchange();
    expect([...exchange.variables.entries()].flat()).not.toContain('secret');
  });

  it.each(['javax.servlet.include.path_info', 'SSL_CLIENT_S_DN', 'REMOTE_USER', 'wsgi.input'])(
    'is the attribute %s, which nobody allowed',
    async (name) => {
      const { bench, web } = await open({ allowedAttributes: ['OTHER'] });
      web.send(forward({ attributes: [[name, 'evil']] }));
      expect(await web.response()).toEqual(refusal403);
      expect(bench.refused).toMatchObject([{ code: 'AJP_FORBIDDEN_ATTRIBUTE' }]);
      expect(bench.refused[0]?.message).toContain(name);
    },
  );

  it('is not an attribute that is allowed', async () => {
    const { bench, web } = await open({ allowedAttributes: ['SSL_CLIENT_S_DN'] });
    web.send(forward({ attributes: [['SSL_CLIENT_S_DN', 'CN=alice']] }));
    expect((await bench.exchange()).variables.get('SSL_CLIENT_S_DN')).toBe('CN=alice');
  });

  it('is a request with more variables than allowed, in bytes', async () => {
    const { bench, web } = await open({ variablesBytes: 1024 });
    web.send(forward({ headers: [['x-big', 'x'.repeat(1024)]] }));
    const [head] = await web.response();
    expect(head).toMatch(/^400 Bad Request/);
    expect(bench.exchanges).toEqual([]);
  });

  it('is a request with more headers than allowed', async () => {
    const { bench, web } = await open({ variablesCount: 3 });
    web.send(forward({ headers: Array.from({ length: 4 }, (_, index) => [`x-${index}`, ''] as const) }));
    expect(await web.response()).toEqual(['400 Bad Request, content-length: 0', 'end, close']);
    expect(bench.refused).toMatchObject([{ code: 'AJP_TOO_MANY_HEADERS' }]);
  });

  it('is anything that is not AJP', async () => {
    const { bench, web } = await open();
    web.send(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    expect(await web.next()).toBe('closed');
    expect(bench.refused).toMatchObject([{ code: 'AJP_BAD_MAGIC', untold: 0 }]);
  });

  it('is a request while another is running', async () => {
    const { bench, web } = await open();
    web.send(forward());
    const exchange = await bench.exchange();
    web.send(forward({ uri: '/smuggled' }));
    expect(await web.response()).toEqual(['400 Bad Request, content-length: 0', 'end, close']);
    expect(exchange.outcome).toBe('cancelled');
    expect(bench.exchanges).toHaveLength(1);
  });

  it('is two framings of one body', async () => {
    const { bench, web } = await open();
    const headers = [
      ['content-length', '5'],
      ['transfer-encoding', 'chunked'],
    ] as const;
    web.send(forward({ method: 'POST', headers }), data('hello'));
    expect(await web.response()).toEqual(['400 Bad Request, content-length: 0', 'end, close']);
    expect(bench.exchanges).toEqual([]);
  });
});

describe('the bytes of an AJP exchange', () => {
  it('are what mod_proxy_ajp sends, and what every web server takes', async () => {
    const { bench, web } = await open();
    bench.onExchange = (exchange) => answer(exchange, 'hello');
    web.send(
      hex(
        '1234 002f 02 02 0008 485454502f312e31 00 0001 2f 00 0009 3132372e302e302e31 00 ffff 0001 68 00 0050 00',
        '0001 a00b 0001 68 00 ff',
      ),
    );
    await web.response();
    expect(Buffer.concat(web.received)).toEqual(
      hex(
        '4142 0010 04 00c8 0002 4f4b 00 0001 a003 0001 35 00',
        '4142 0009 03 0005 68656c6c6f 00',
        '4142 0002 05 01',
      ),
    );
    const variables = Object.fromEntries(bench.exchanges[0]?.variables.entries() ?? []);
    expect(variables).toMatchObject({ REMOTE_ADDR: '127.0.0.1', HTTP_HOST: 'h', SERVER_NAME: 'h' });
  });
});

function hex(...lines: string[]): Buffer {
  return Buffer.from(lines.join('').replaceAll(' ', ''), 'hex');
}
