// Upstreams of SCGI and uwsgi, over servers that a test writes and over our own fronts.
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import fc from 'fast-check';
import { DialectProtocol } from '../../src/backends/upstreams/dialect.ts';
import { encodeScgi, SCGI } from '../../src/backends/upstreams/scgi.ts';
import type { UpstreamOptions } from '../../src/backends/upstreams/upstream-options.ts';
import type { Upstream } from '../../src/backends/upstreams/upstream.ts';
import { encodeUwsgi, UWSGI } from '../../src/backends/upstreams/uwsgi.ts';
import { BodyStream, NO_BODY } from '../../src/exchange/body.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { Head } from '../../src/exchange/head.ts';
import { Variables } from '../../src/exchange/variables.ts';
import { DialectFront } from '../../src/fronts/dialect-front.ts';
import { SCGI as SCGI_FRONT } from '../../src/fronts/scgi.ts';
import { UWSGI as UWSGI_FRONT } from '../../src/fronts/uwsgi.ts';
import { bytesBody } from '../helpers/exchanges.ts';
import { answer, bodyOf } from '../helpers/front-bench.ts';
import { expectHeldUp, Flood } from '../helpers/flood.ts';
import { until } from '../helpers/settled.ts';
import { answerOf, ask, UpstreamBench } from '../helpers/upstream-bench.ts';

const LIMITS = { variablesBytes: 1_000_000, variablesCount: 500 };

const bench = new UpstreamBench();
afterEach(() => bench.close());

const dialects = [
  { title: 'SCGI', dialect: SCGI, front: SCGI_FRONT, head: 'Status: 200 OK\r\n' },
  { title: 'uwsgi', dialect: UWSGI, front: UWSGI_FRONT, head: 'HTTP/1.1 200 OK\r\n' },
];

describe.each(dialects)('an upstream of $title', ({ dialect, front, head }) => {
  const protocol = new DialectProtocol(dialect);

  /** An upstream over one of our own fronts. */
  async function upstreamOf(
    handle: (exchange: Exchange) => void,
    options: Partial<UpstreamOptions> = {},
  ): Promise<Upstream> {
    const path = `${bench.directory()}/app.sock`;
    const own = new DialectFront(front, {
      ...LIMITS,
      handle,
      showDetail: false,
      refused: () => {},
      surplus: () => {},
    });
    own.server.listen(path);
    await once(own.server, 'listening');
    bench.closes(async () => {
      own.destroy();
      const closed = once(own.server, 'close');
      own.server.close();
      await closed;
    });
    return bench.upstream([{ kind: 'unix', path }], { protocol, ...options });
  }

  /** An upstream over raw sockets that do something when the first bytes of a request have come. */
  async function rawUpstream(
    reply: (socket: Socket) => void,
    options: Partial<UpstreamOptions> = {},
    where: 'tcp' | 'unix' = 'unix',
  ): Promise<Upstream> {
    const server = await bench.listen((socket) => void socket.once('data', () => reply(socket)), where);
    return bench.upstream([server], { protocol, ...options });
  }

  it('passes variables and body on, and the reply back', async () => {
    const upstream = await upstreamOf((exchange) => {
      void bodyOf(exchange).then((text) => {
        const word = exchange.variables.get('HTTP_X_WORD') ?? '';
        exchange.respond(Head.build(201, 'Made', [['X-Back', word]]), Buffer.from(`${text}!`), true);
      });
    });
    const { exchange, reply, done } = ask(upstream, {
      variables: { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '5', HTTP_X_WORD: 'caf\xe9' },
      body: bytesBody('hello'),
    });
    await done;
    expect([exchange.outcome, reply.sentHead?.status, reply.sentHead?.reason]).toEqual([
      'complete',
      201,
      'Made',
    ]);
    expect([reply.sentHead?.get('x-back'), reply.text]).toEqual(['caf\xe9', 'hello!']);
  });

  it('announces the body there is, not the one the variables tell of', async () => {
    let seen: string | undefined;
    const upstream = await upstreamOf((exchange) => {
      seen = exchange.variables.get('CONTENT_LENGTH');
      answer(exchange, 'x');
    });
    const variables = { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '500' };
    expect((await answerOf(upstream, { variables, body: bytesBody('hello') })).text).toBe('x');
    expect(seen).toBe('5');
  });

  it('sends a body that is in a file', async () => {
    const path = `${bench.directory()}/body`;
    const text = 'abcdefghij'.repeat(50_000);
    writeFileSync(path, text);
    const upstream = await upstreamOf(
      (exchange) => void bodyOf(exchange).then((body) => answer(exchange, body)),
    );
    const body = { kind: 'file', path, sizeBytes: text.length } as const;
    const { outcome, text: back } = await answerOf(upstream, { variables: { REQUEST_METHOD: 'PUT' }, body });
    expect([outcome, back === text]).toEqual(['complete', true]);
  });

  it('sends a body as it arrives, and pauses its source while the server takes nothing', async () => {
    let isPaused = false;
    const sizeBytes = 32 * 1_048_576;
    const body = new BodyStream(
      { pause: () => (isPaused = true), resume: () => (isPaused = false) },
      sizeBytes,
    );
    let taken: Exchange | null = null;
    const upstream = await upstreamOf((exchange) => (taken = exchange));
    const { reply, done } = ask(upstream, { variables: { REQUEST_METHOD: 'POST' }, body });
    let sentBytes = 0;
    const push = (): void => {
      body.push(Buffer.alloc(65_536));
      sentBytes += 65_536;
    };
    while (!isPaused) {
      push();
      await nextRound();
    }
    expect(sentBytes).toBeLessThan(sizeBytes);
    await until('the request has come', () => taken !== null);
    const exchange = taken as unknown as Exchange;
    void bodyOf(exchange).then((text) => answer(exchange, String(text.length)));
    while (sentBytes < sizeBytes) {
      if (isPaused) await nextRound();
      else push();
    }
    body.finish();
    await done;
    expect(reply.text).toBe(String(sizeBytes));
  });

  it('refuses a body of unknown size', async () => {
    const upstream = await upstreamOf(() => {});
    const body = new BodyStream({ pause: () => {}, resume: () => {} }, null);
    expect(await answerOf(upstream, { variables: { REQUEST_METHOD: 'POST' }, body })).toMatchObject({
      outcome: 'SLUICE_LENGTH_REQUIRED',
      status: 411,
    });
  });

  it('reads no further while the client takes nothing', async () => {
    const flood = new Flood();
    const upstream = await rawUpstream((socket) => {
      socket.write(`${head}\r\n`);
      flood.into(socket);
    });
    await expectHeldUp(upstream, flood);
  });

  it('closes the connection when the client has gone', async () => {
    let isOver = false;
    const upstream = await upstreamOf((exchange) => exchange.whenDone(() => (isOver = true)));
    const { exchange } = ask(upstream);
    await until('the request has been sent', () => upstream.status().servers[0]?.inFlight === 1);
    exchange.cancel();
    await until('the server has noticed', () => isOver || upstream.status().servers[0]?.inFlight === 0);
    expect(upstream.status().servers[0]).toMatchObject({ inFlight: 0, failedCount: 0 });
  });

  it('stops sending when the reply is complete', async () => {
    const upstream = await upstreamOf((exchange) => answer(exchange, 'enough'));
    const sizeBytes = 64 * 1_048_576;
    const body = new BodyStream({ pause: () => {}, resume: () => {} }, sizeBytes);
    const { reply, done } = ask(upstream, { variables: { REQUEST_METHOD: 'POST' }, body });
    body.push(Buffer.alloc(100_000));
    await done;
    expect(reply.text).toBe('enough');
  });

  describe('takes a reply', () => {
    it.each([
      ['that is complete at the end of the connection', `${head}\r\nhello`, 'hello'],
      ['with LF for CR LF', `${head.replace('\r', '')}X: y\n\nhello`, 'hello'],
      ['of a CGI program', 'Content-Type: text/plain\r\n\r\nhello', 'hello'],
      ['with the length it tells', `${head}Content-Length: 5\r\n\r\nhello`, 'hello'],
      ['without a body', `${head}\r\n`, ''],
    ])('%s', async (_, bytes, text) => {
      const upstream = await rawUpstream((socket) => socket.end(bytes));
      expect(await answerOf(upstream)).toMatchObject({ outcome: 'complete', status: 200, text });
    });

    it('byte by byte', async () => {
      const bytes = Buffer.from(`${head}X-A: b\r\n\r\nhello`);
      const upstream = await rawUpstream(
        (socket) => {
          socket.setNoDelay(true);
          for (const byte of bytes) socket.write(Buffer.of(byte));
          socket.end();
        },
        {},
        'tcp',
      );
      const { reply, done } = ask(upstream);
      await done;
      expect([reply.sentHead?.get('X-A'), reply.text]).toEqual(['b', 'hello']);
    });
  });

  describe('answers 502 to', () => {
    it.each([
      ['nothing at all', ''],
      ['a head without end', head],
      ['a head of one line without end', 'X'],
      ['no head', '\r\n\r\nhello'],
      ['a line without a colon', `${head}nonsense\r\n\r\n`],
      ['a name that is no token', `${head}X Y: z\r\n\r\n`],
      ['a folded line', `${head}X: y\r\n z\r\n\r\n`],
      ['CR in a value', `${head}X: y\rSet-Cookie: z\r\n\r\n`],
      ['NUL in a value', `${head}X: y\0z\r\n\r\n`],
      ['a status of two digits', head.replace('200', '20') + '\r\n'],
      ['a status of four digits', head.replace('200', '2000') + '\r\n'],
      ['a status that is no response', head.replace('200', '101') + '\r\n'],
      ['a length that is none', `${head}Content-Length: x\r\n\r\n`],
      ['two lengths', `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`],
      ['two statuses', `${head}Status: 404 Not Found\r\nStatus: 200 OK\r\n\r\n`],
    ])('%s', async (_, bytes) => {
      const upstream = await rawUpstream((socket) => socket.end(bytes), { failAfter: 0 });
      const { status, outcome } = await answerOf(upstream);
      expect([status, outcome.startsWith('SLUICE_UPSTREAM_')]).toEqual([502, true]);
    });

    it('a head that never ends', async () => {
      const upstream = await rawUpstream((socket) => {
        socket.write(head);
        const more = Buffer.from('X: y\r\n'.repeat(1_000));
        const write = (): void => {
          while (!socket.destroyed && socket.write(more)) if (socket.writableLength > 1_000_000) break;
        };
        socket.on('drain', write);
        write();
      });
      expect(await answerOf(upstream)).toMatchObject({ status: 502, outcome: 'SLUICE_UPSTREAM_PROTOCOL' });
    });
  });

  it('never takes a part of a reply for the whole, wherever it breaks off', async () => {
    const reply = Buffer.from(`${head}Content-Length: 5\r\nX: y\r\n\r\nhello`);
    let end = 0;
    const upstream = await rawUpstream((socket) => socket.end(reply.subarray(0, end)), { failAfter: 0 });
    for (end = 0; end < reply.length; end++) {
      const { outcome } = await answerOf(upstream);
      expect([end, outcome]).toEqual([end, expect.stringMatching(/^SLUICE_UPSTREAM_(LOST|PROTOCOL)$/)]);
    }
    expect(await answerOf(upstream)).toMatchObject({ outcome: 'complete', text: 'hello' });
  });

  it('notices a reset without a length', async () => {
    const upstream = await rawUpstream(
      (socket) => {
        socket.write(`${head}\r\nhel`);
        setImmediate(() => setImmediate(() => socket.resetAndDestroy()));
      },
      {},
      'tcp',
    );
    expect((await answerOf(upstream)).outcome).toBe('SLUICE_UPSTREAM_LOST');
  });

  it('breaks a reply off that is longer than it says', async () => {
    const upstream = await rawUpstream((socket) => socket.end(`${head}Content-Length: 2\r\n\r\nhello`));
    expect(await answerOf(upstream)).toMatchObject({ outcome: 'SLUICE_UPSTREAM_PROTOCOL' });
  });
});

describe('only uwsgi', () => {
  const protocol = new DialectProtocol(UWSGI);

  it.each([
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['no status', 'HTTP/1.1\r\n\r\n'],
    ['a status line without end', `HTTP/1.1 200 ${'x'.repeat(10_000)}`],
    ['chunks, which nobody takes apart', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ])('answers 502 to %s', async (_, bytes) => {
    const server = await bench.listen((socket) => void socket.once('data', () => socket.end(bytes)));
    const upstream = await bench.upstream([server], { protocol });
    expect(await answerOf(upstream)).toMatchObject({ status: 502, outcome: 'SLUICE_UPSTREAM_PROTOCOL' });
  });

  it('takes a status without a reason', async () => {
    const bytes = 'HTTP/1.0 404\r\nX: y\r\n\r\nno';
    const server = await bench.listen((socket) => void socket.once('data', () => socket.end(bytes)));
    const upstream = await bench.upstream([server], { protocol });
    expect(await answerOf(upstream)).toMatchObject({ status: 404, outcome: 'complete', text: 'no' });
  });

  it('refuses variables that do not fit its packet, and sends nothing', async () => {
    const server = await bench.listen(() => {});
    const upstream = await bench.upstream([server], { protocol });
    const variables = { REQUEST_METHOD: 'GET', HTTP_X: 'x'.repeat(65_536) };
    expect(await answerOf(upstream, { variables })).toMatchObject({ outcome: 'SLUICE_HEADERS_TOO_LARGE' });
    expect(upstream.status().servers[0]).toMatchObject({ failedCount: 0 });
  });
});

describe('what is sent', () => {
  const request = (variables: Variables): Parameters<typeof encodeUwsgi>[0] => ({
    method: 'GET',
    variables,
    body: NO_BODY,
  });

  it('over SCGI begins with CONTENT_LENGTH and SCGI, each once', () => {
    const variables = Variables.from([
      ['A', 'b'],
      ['SCGI', '2'],
      ['CONTENT_LENGTH', '9'],
      ['C', ''],
    ]);
    const text = Buffer.concat(encodeScgi(request(variables), 5)).toString('latin1');
    expect(text).toBe('31:CONTENT_LENGTH\x005\0SCGI\x001\0A\0b\0C\0\0,');
  });

  it('over uwsgi has the lengths in front', () => {
    const packet = encodeUwsgi(request(Variables.from([['A', 'bc']])), 5);
    expect(packet.toString('latin1')).toBe('\0\x1a\0\0\x01\0A\x02\0bc\x0e\0CONTENT_LENGTH\x01\x005');
  });

  it('is read again by our fronts as it was', () => {
    const text = fc
      .uint8Array({ maxLength: 300 })
      .map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)).toString('latin1'));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), fc.nat({ max: 1_000_000 }), (values, contentBytes) => {
        const pairs = values.map((value, index) => [`X_${index}`, value] as const);
        for (const { dialect, front } of dialects) {
          const bytes = Buffer.concat(dialect.encode(request(Variables.from(pairs)), contentBytes));
          const head = front.makeDecoder(LIMITS).push(bytes);
          if (head?.kind !== 'request') throw new Error('not a request');
          const seen = [...head.variables.entries()].filter(([name]) => name.startsWith('X_'));
          expect([head.contentBytes, head.rest.length, seen]).toEqual([contentBytes, 0, pairs]);
        }
      }),
    );
  });
});
