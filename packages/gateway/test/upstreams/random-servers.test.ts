// Servers that do anything at random, and clients that leave: each request ends once, with its own answer or an error.
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  encodeEndRequest,
  encodeStream,
  encodeStreamEnd,
  ProtocolStatus,
  RecordType,
  ServerConnection,
  SocketTransport,
  type ServerRequest,
} from '@sluice/fastcgi';
import * as fc from 'fast-check';
import type { Socket } from 'node:net';
import { FastCgiProtocol } from '../../src/backends/upstreams/fastcgi.ts';
import { bytesBody } from '../helpers/exchanges.ts';
import { until } from '../helpers/settled.ts';
import { ask, UpstreamBench } from '../helpers/upstream-bench.ts';

const behaviours = [
  'answers',
  'answers in pieces',
  'refuses',
  'closes',
  'closes in the middle',
  'lies',
  'says too much',
] as const;
type Behaviour = (typeof behaviours)[number];

const HEAD = 'Status: 200 OK\r\n\r\n';

const bench = new UpstreamBench();
afterEach(() => bench.close());

/** A server whose requests are each treated as the next behaviour of the list says, which begins again at its end. */
function serve(list: readonly Behaviour[]): (socket: Socket) => void {
  let turn = 0;
  return (socket) => {
    const transport = new SocketTransport(socket);
    const answer = (request: ServerRequest): void => {
      const nonce = request.params.get('NONCE') ?? '';
      const behaviour = list[turn++ % list.length] ?? 'answers';
      const stdout = (text: string): Buffer => encodeStream(RecordType.STDOUT, request.id, Buffer.from(text));
      const end = [encodeStreamEnd(RecordType.STDOUT, request.id), encodeEndRequest(request.id, 0, 0)];
      switch (behaviour) {
        case 'answers':
          return request.end([Buffer.from(HEAD + nonce)]);
        case 'answers in pieces':
          request.writeStdout(Buffer.from(HEAD + nonce.slice(0, 3)));
          setImmediate(() => request.end([Buffer.from(nonce.slice(3))]));
          return;
        case 'refuses':
          socket.write(encodeEndRequest(request.id, 0, ProtocolStatus.OVERLOADED));
          return void socket.end();
        case 'closes':
          return void socket.destroy();
        case 'closes in the middle':
          socket.write(stdout(HEAD + nonce.slice(0, 3)));
          return void socket.end();
        case 'lies':
          return void socket.end('HTTP/1.1 200 OK\r\n\r\n');
        case 'says too much':
          socket.write(Buffer.concat([stdout(HEAD + nonce), ...end, stdout(`${HEAD}forged`), ...end]));
          return;
      }
    };
    const connection = new ServerConnection(transport, {
      onRequest: () => {},
      onStdin: () => {},
      onStdinEnd: answer,
      onData: () => {},
      onDataEnd: () => {},
      onAbort: () => {},
      onDrain: () => {},
    });
    transport.attach(connection);
  };
}

const plan = fc.record({
  servers: fc.array(fc.array(fc.constantFrom(...behaviours), { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 3,
  }),
  requests: fc.array(
    fc.record({
      method: fc.constantFrom('GET', 'POST'),
      leaves: fc.constantFrom('never', 'at once', 'soon'),
    }),
    { minLength: 1, maxLength: 30 },
  ),
  keptCount: fc.integer({ min: 0, max: 3 }),
  inFlightMax: fc.option(fc.integer({ min: 1, max: 4 })),
  failAfter: fc.integer({ min: 0, max: 3 }),
});

describe('an upstream of servers that do anything', () => {
  it('ends each request once, with its own answer or an error, and has nothing left', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ servers, requests, ...options }) => {
        const listening = await Promise.all(servers.map((list) => bench.listen(serve(list))));
        const protocol = new FastCgiProtocol(options.keptCount > 0);
        const upstream = await bench.upstream(listening, {
          ...options,
          protocol,
          queueLength: 100,
          failTimeoutMs: 1,
        });
        const asked = requests.map(({ method, leaves }, index) => {
          const nonce = `nonce-${index}`;
          const variables = { REQUEST_METHOD: method, NONCE: nonce, CONTENT_LENGTH: '4' };
          const one = ask(upstream, { variables, body: bytesBody('body') });
          if (leaves === 'at once') one.exchange.cancel();
          if (leaves === 'soon') setImmediate(() => one.exchange.cancel());
          return { ...one, nonce };
        });
        await Promise.all(asked.map(({ done }) => done));
        for (const { exchange, reply, nonce } of asked) {
          if (exchange.outcome === 'complete') expect(reply.text).toBe(nonce);
          else if (exchange.status === 200) expect(nonce.startsWith(reply.text)).toBe(true);
          const ends =
            reply.calls.filter((call) => call === 'abort').length + (reply.ending === 'complete' ? 1 : 0);
          expect(ends).toBe(exchange.outcome === 'cancelled' ? 0 : 1);
        }
        await until('nothing is in flight', () =>
          upstream.status().servers.every(({ inFlight }) => inFlight === 0),
        );
        expect(upstream.status().waiting).toBe(0);
        await upstream.stop();
        await until('no connection is left', () => listening.every(({ sockets }) => sockets.size === 0));
        await Promise.all(listening.map((server) => server.close()));
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
