// The FastCGI front on real sockets, fed with records byte by byte as web servers send them, and as they should not.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeRecord, ProtocolStatus, RecordType, Role } from '@sluice/fastcgi';
import { GatewayError } from '../../src/exchange/errors.ts';
import { Head } from '../../src/exchange/head.ts';
import { FastCgiFront } from '../../src/fronts/fastcgi.ts';
import { abort, begin, isWhole, repliesIn, replyTo, stdin, stdinEnd } from '../helpers/fastcgi-peer.ts';
import { answer, bodyOf, FrontBench, untilFullAndDrained } from '../helpers/front-bench.ts';
import { until } from '../helpers/settled.ts';

const STREAM = Head.build(200, 'OK', []);

let bench: FrontBench;
beforeEach(async () => {
  bench = await FrontBench.listen((options) => new FastCgiFront(options));
});
afterEach(() => bench.close());

describe('a request', () => {
  it('is answered with a CGI head, the body and the end', async () => {
    const client = await bench.connect();
    client.send(begin(1), stdinEnd(1));
    answer(await bench.next(), 'hello', [['X-A', 'b']]);
    const reply = await replyTo(client, 1);
    expect(reply).toEqual({
      stdout: 'Status: 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello',
      status: ProtocolStatus.REQUEST_COMPLETE,
    });
  });

  it('may come over a Unix socket', async () => {
    await bench.close();
    bench = await FrontBench.listen((options) => new FastCgiFront(options), 'unix');
    const client = await bench.connect();
    client.send(begin(1), stdinEnd(1));
    answer(await bench.next(), 'hello');
    expect((await replyTo(client, 1)).stdout).toMatch(/hello$/);
  });

  it('may come one byte at a time', async () => {
    const client = await bench.connect();
    client.socket.setNoDelay(true);
    const bytes = Buffer.concat([begin(1, { CONTENT_LENGTH: '3' }), stdin(1, 'abc'), stdinEnd(1)]);
    for (const byte of bytes) client.send(Buffer.of(byte));
    const exchange = await bench.next();
    expect(await bodyOf(exchange)).toBe('abc');
    answer(exchange, 'ok');
    expect((await replyTo(client, 1)).stdout).toMatch(/ok$/);
  });

  it('hands its parameters on as they are', async () => {
    const client = await bench.connect();
    client.send(begin(1, { X_LONG: 'v'.repeat(300), X_BYTES: 'caf\xc3\xa9', X_EMPTY: '' }), stdinEnd(1));
    const { variables } = await bench.next();
    expect([variables.get('X_LONG'), variables.get('X_BYTES'), variables.get('X_EMPTY')]).toEqual([
      'v'.repeat(300),
      'caf\xc3\xa9',
      '',
    ]);
  });

  it('closes the connection after it, if it is not to be kept', async () => {
    const client = await bench.connect();
    client.send(begin(1, {}, { isKept: false }), stdinEnd(1));
    answer(await bench.next(), 'hello');
    await client.ended();
    expect([client.ending, repliesIn(client.received).get(1)?.status]).toEqual(['closed', 0]);
  });

  it('on a kept connection is followed by the next, with the same id', async () => {
    const client = await bench.connect();
    for (const text of ['first', 'second']) {
      client.send(begin(1), stdinEnd(1));
      answer(await bench.next(), text);
      await client.until((it) => it.text.includes(text));
    }
    expect(client.ending).toBe(null);
  });

  it('among others on one connection gets its own answer, in whatever order they come', async () => {
    const client = await bench.connect();
    const ids = [1, 2, 3, 40_000];
    client.send(...ids.map((id) => begin(id, { NONCE: `nonce-${id}`, CONTENT_LENGTH: '2' })));
    client.send(...ids.toReversed().map((id) => stdin(id, 'a')));
    client.send(...ids.map((id) => stdin(id, 'b')));
    const exchanges = await Promise.all(ids.map(() => bench.next()));
    for (const exchange of exchanges.toReversed()) {
      answer(exchange, `${exchange.variables.get('NONCE')} ${await bodyOf(exchange)}`);
    }
    const replies = await Promise.all(ids.map((id) => replyTo(client, id)));
    expect(replies.map(({ stdout }) => stdout.split('\r\n\r\n')[1])).toEqual(
      ids.map((id) => `nonce-${id} ab`),
    );
  });
});

describe('a body', () => {
  it('that is not announced and does not come is none: CONTENT_LENGTH may be empty', async () => {
    const client = await bench.connect();
    client.send(begin(1, { CONTENT_LENGTH: '' }), stdinEnd(1));
    const exchange = await bench.next();
    expect([exchange.body.kind, await bodyOf(exchange)]).toEqual(['bytes', '']);
  });

  it('of a length that Caddy does not know ends with STDIN, and the application is told no length', async () => {
    const client = await bench.connect();
    client.send(begin(1, { CONTENT_LENGTH: '-1' }), stdin(1, 'abc'));
    const exchange = await bench.next();
    const body = bodyOf(exchange);
    client.send(stdinEnd(1));
    expect([exchange.variables.get('CONTENT_LENGTH'), await body]).toEqual(['', 'abc']);
  });

  it('that is not announced ends with STDIN', async () => {
    const client = await bench.connect();
    client.send(begin(1), stdin(1, 'abc'));
    const exchange = await bench.next();
    const body = bodyOf(exchange);
    client.send(stdin(1, 'def'), stdinEnd(1));
    expect([exchange.body.kind, await body]).toEqual(['stream', 'abcdef']);
  });

  it('is complete with its announced length, also if STDIN is never ended', async () => {
    const client = await bench.connect();
    client.send(begin(1, { CONTENT_LENGTH: '5' }), stdin(1, 'abcde'));
    expect(await bodyOf(await bench.next())).toBe('abcde');
  });

  it('that is announced as empty is not waited for', async () => {
    const client = await bench.connect();
    client.send(begin(1, { CONTENT_LENGTH: '0' }));
    const exchange = await bench.next();
    answer(exchange, 'early');
    client.send(stdinEnd(1));
    expect((await replyTo(client, 1)).status).toBe(0);
  });

  it('longer than announced loses the surplus', async () => {
    const client = await bench.connect();
    client.send(begin(1, { CONTENT_LENGTH: '3' }), stdin(1, 'abcdef'), stdin(1, 'ghi'), stdinEnd(1));
    const exchange = await bench.next();
    expect(await bodyOf(exchange)).toBe('abc');
    answer(exchange, 'ok');
    await replyTo(client, 1);
    client.send(begin(2), stdinEnd(2));
    answer(await bench.next(), 'next');
    expect((await replyTo(client, 2)).stdout).toMatch(/next$/);
  });

  it('shorter than announced fails, and is not taken for the whole', async () => {
    const client = await bench.connect();
    client.send(begin(1, { CONTENT_LENGTH: '10' }), stdin(1, 'abc'), stdinEnd(1));
    await expect(bodyOf(await bench.next())).rejects.toThrow('STDIN ended after 3 of 10 bytes');
  });

  it('that holds records stays a body', async () => {
    const smuggled = Buffer.concat([stdinEnd(1), begin(2, { EVIL: '1' }), stdinEnd(2)]).toString('latin1');
    const client = await bench.connect();
    client.send(begin(1, { CONTENT_LENGTH: String(smuggled.length) }), stdin(1, smuggled), stdinEnd(1));
    expect(await bodyOf(await bench.next())).toBe(smuggled);
    expect(bench.exchanges).toHaveLength(1);
  });

  it('makes the web server wait while nobody reads it', async () => {
    const client = await bench.connect();
    client.send(begin(1, { CONTENT_LENGTH: '8000000' }));
    const exchange = await bench.next();
    for (let count = 0; count < 80; count++) client.send(stdin(1, 'x'.repeat(100_000)));
    await until('the web server has to wait', () => client.socket.writableLength > 0);
    const before = client.socket.writableLength;
    expect((await bodyOf(exchange)).length).toBe(8_000_000);
    expect(client.socket.writableLength).toBeLessThan(before);
  });
});

describe('what is not a request for the gateway', () => {
  it.each(['x', '-2', '+5', '1.5', '0x10', '1e3', ' 5', '99999999999999999999'])(
    'is answered with 400: CONTENT_LENGTH %s',
    async (length) => {
      const client = await bench.connect();
      client.send(begin(1, { CONTENT_LENGTH: length }), stdin(1, 'abc'), stdinEnd(1));
      expect((await replyTo(client, 1)).stdout).toMatch(/^Status: 400 Bad Request\r\n/);
      expect(bench.exchanges).toEqual([]);
    },
  );

  it.each([
    ['a value', { X: 'a\0EVIL\0b' }],
    ['a name', { 'X\0EVIL\0': 'a' }],
  ])('is answered with 400: NUL in %s', async (_name, params) => {
    const client = await bench.connect();
    client.send(begin(1, params), stdinEnd(1));
    expect((await replyTo(client, 1)).stdout).toMatch(/^Status: 400 /);
    expect(bench.exchanges).toEqual([]);
    client.send(begin(2), stdinEnd(2));
    answer(await bench.next(), 'next');
    expect((await replyTo(client, 2)).stdout).toMatch(/next$/);
  });

  it.each([
    ['Authorizer', Role.AUTHORIZER],
    ['Filter', Role.FILTER],
  ])('is refused: the role of an %s', async (_name, role) => {
    const client = await bench.connect();
    client.send(begin(1, {}, { role }), stdinEnd(1));
    expect(await replyTo(client, 1)).toEqual({ stdout: '', status: ProtocolStatus.UNKNOWN_ROLE });
    expect(bench.exchanges).toEqual([]);
  });

  it.each([
    ['another version', Buffer.from('0201000100000000', 'hex')],
    [
      'parameters that end inside a pair',
      Buffer.concat([
        begin(1).subarray(0, 16),
        encodeRecord(RecordType.PARAMS, 1, Buffer.from([9, 9, 65])),
        encodeRecord(RecordType.PARAMS, 1, Buffer.alloc(0)),
      ]),
    ],
    ['a second BEGIN_REQUEST for the same id', Buffer.concat([begin(1), begin(1)])],
    ['an application record with id 0', begin(0)],
    [
      'parameters without end',
      Buffer.concat([
        begin(1).subarray(0, 16),
        ...Array<Buffer>(3).fill(
          encodeRecord(
            RecordType.PARAMS,
            1,
            Buffer.from(`\x01\x80\x00\x80\x00A${'x'.repeat(32_768)}`, 'latin1'),
          ),
        ),
      ]),
    ],
  ])('closes the connection: %s', async (_name, bytes) => {
    const client = await bench.connect();
    client.send(bytes);
    await client.ended();
    const other = await bench.connect();
    other.send(begin(1), stdinEnd(1));
    await until('the next request has come', () => bench.exchanges.some(({ isDone }) => !isDone));
    for (const exchange of bench.exchanges) answer(exchange, 'fine');
    expect((await replyTo(other, 1)).stdout).toMatch(/fine$/);
  });
});

describe('a reply', () => {
  it('is sent as it comes', async () => {
    const client = await bench.connect();
    client.send(begin(1), stdinEnd(1));
    const exchange = await bench.next();
    exchange.respond(STREAM, Buffer.alloc(0), false);
    await client.until(({ received }) => repliesIn(received).get(1)?.stdout === 'Status: 200 OK\r\n\r\n');
    exchange.write(Buffer.from('one'), false);
    await client.until(({ received }) => repliesIn(received).get(1)?.stdout.endsWith('one') === true);
    exchange.write(Buffer.from('two'), true);
    expect((await replyTo(client, 1)).stdout).toMatch(/onetwo$/);
  });

  it('is not cut, however large', async () => {
    const client = await bench.connect();
    client.send(begin(1), stdinEnd(1));
    answer(await bench.next(), 'x'.repeat(300_000));
    expect((await replyTo(client, 1)).stdout.split('\r\n\r\n')[1]).toBe('x'.repeat(300_000));
  });

  it('that fails before its head is a whole error page', async () => {
    const client = await bench.connect();
    client.send(begin(1, { HTTP_ACCEPT: 'application/json' }), stdinEnd(1));
    (await bench.next()).fail(new GatewayError('SLUICE_QUEUE_FULL', 'full'));
    const { stdout, status } = await replyTo(client, 1);
    expect([stdout.startsWith('Status: 503 Service Unavailable\r\n'), status]).toEqual([true, 0]);
    expect(stdout).toMatch(/Retry-After: 1\r\n[^]*SLUICE_QUEUE_FULL/);
  });

  it('that is aborted does not end like a whole one', async () => {
    const client = await bench.connect();
    client.send(begin(1), stdinEnd(1));
    const exchange = await bench.next();
    exchange.respond(STREAM, Buffer.from('some'), false);
    await client.until(({ text }) => text.includes('some'));
    exchange.fail(new GatewayError('SLUICE_WORKER_DIED', 'it died'));
    await client.ended();
    expect(isWhole(client.received, 1)).toBe(false);
  });

  it('says when the web server takes no more, and when it does again', async () => {
    const client = await bench.connect();
    client.send(begin(1), stdinEnd(1));
    const exchange = await bench.next();
    await untilFullAndDrained(exchange, client);
    expect((await replyTo(client, 1)).status).toBe(0);
  });
});

describe('a web server that gives up', () => {
  it('with ABORT_REQUEST cancels the exchange, and gets its end', async () => {
    const client = await bench.connect();
    client.send(begin(1), stdinEnd(1), begin(2), stdinEnd(2));
    const [first, second] = [await bench.next(), await bench.next()];
    client.send(abort(1));
    expect((await replyTo(client, 1)).stdout).toBe('');
    expect([first.outcome, second.isDone]).toEqual(['cancelled', false]);
    answer(second, 'fine');
    expect((await replyTo(client, 2)).stdout).toMatch(/fine$/);
  });

  it('with ABORT_REQUEST in the middle of a body gets one end, also if the broken body is answered at once', async () => {
    const client = await bench.connect();
    client.send(begin(1, { CONTENT_LENGTH: '10' }), stdin(1, 'abc'), begin(2), stdinEnd(2));
    const [first, second] = [await bench.next(), await bench.next()];
    if (first.body.kind !== 'stream') throw new Error('the body is there already');
    first.body.read({
      chunk: () => true,
      end: () => undefined,
      failed: (reason) => first.fail(new GatewayError('SLUICE_BAD_REQUEST', reason.message)),
    });
    client.send(abort(1));
    expect((await replyTo(client, 1)).status).toBe(0);
    answer(second, 'fine');
    expect((await replyTo(client, 2)).stdout).toMatch(/fine$/);
  });

  it('by closing cancels all exchanges of the connection', async () => {
    const client = await bench.connect();
    client.send(begin(1), stdinEnd(1), begin(2, { CONTENT_LENGTH: '5' }), stdin(2, 'ab'));
    const [first, second] = [await bench.next(), await bench.next()];
    const body = bodyOf(second);
    client.destroy();
    await expect(body).rejects.toThrow();
    await until('both are over', () => first.isDone && second.isDone);
    expect([first.outcome, second.outcome]).toEqual(['cancelled', 'cancelled']);
  });
});

describe('draining', () => {
  it('closes idle connections at once, and busy ones after their reply', async () => {
    const [idle, busy] = [await bench.connect(), await bench.connect()];
    busy.send(begin(1), stdinEnd(1));
    idle.send(begin(1), stdinEnd(1));
    const [one, two] = [await bench.next(), await bench.next()];
    answer(two, 'done');
    await Promise.race([replyTo(idle, 1), replyTo(busy, 1)]);
    const [finished, running] = repliesIn(idle.received).size > 0 ? [idle, busy] : [busy, idle];
    bench.front.drain();
    await finished.ended();
    expect(running.ending).toBe(null);
    answer(one, 'last');
    await running.ended();
    expect(repliesIn(running.received).get(1)).toMatchObject({ status: 0 });
  });
});
