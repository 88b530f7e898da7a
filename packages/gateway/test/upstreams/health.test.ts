import { afterEach, describe, expect, it } from '@jest/globals';
import { encodeEndRequest, encodeStream, RecordType, ServerConnection } from '@sluice/fastcgi';
import type { Socket } from 'node:net';
import { until } from '../helpers/settled.ts';
import { answerOf, ask, UpstreamBench } from '../helpers/upstream-bench.ts';

const bench = new UpstreamBench();
afterEach(() => bench.close());

/** Answers whatever comes with a status, once for each connection. */
function answering(status: () => number): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => {
      const head = Buffer.from(`Status: ${status()}\r\n\r\nbody`);
      socket.write(Buffer.concat([encodeStream(RecordType.STDOUT, 1, head), encodeEndRequest(1, 0, 0)]));
    });
  };
}

const checks = { everyMs: 5, timeoutMs: 200, path: '/ping' };

describe('checks of servers', () => {
  it('take a server out, and in again', async () => {
    let status = 200;
    const server = await bench.listen(answering(() => status));
    const upstream = await bench.upstream([server], { checks, failAfter: 0 });
    expect((await answerOf(upstream)).status).toBe(200);
    status = 503;
    await bench.reporter.line(/^down .*the check was answered with 503$/);
    expect(await answerOf(upstream)).toMatchObject({ outcome: 'SLUICE_UPSTREAM_DOWN', status: 503 });
    status = 200;
    await bench.reporter.line(/^up /);
    expect((await answerOf(upstream)).status).toBe(200);
  });

  it('find a server that comes up without a request trying it', async () => {
    const server = await bench.listen(answering(() => 200));
    const { address } = server;
    await server.close();
    const upstream = await bench.upstream([address], { checks: { ...checks, path: null } });
    await bench.reporter.line(/^down .*ENOENT/);
    await bench.listenAt(
      address,
      answering(() => 200),
    );
    await bench.reporter.line(/^up /);
    expect((await answerOf(upstream)).status).toBe(200);
  });

  it('give up on a server that is silent', async () => {
    const server = await bench.listen((socket) => void socket.resume());
    await bench.upstream([server], { checks: { ...checks, timeoutMs: 10 } });
    await bench.reporter.line(/^down .*took more than 10 ms \(health\.timeout\)$/);
  });

  it('are made with the variables that requests have', async () => {
    const paths: (string | undefined)[] = [];
    const server = await bench.listen((socket) => {
      const transport = {
        write: (bytes: Uint8Array) => socket.write(bytes),
        end: () => void socket.end(),
        destroy: () => void socket.destroy(),
        pause: () => {},
        resume: () => {},
      };
      const connection = new ServerConnection(transport, {
        onRequest: (request) => {
          paths.push(request.params.get('PATH_INFO'), request.params.get('SCRIPT_FILENAME'));
          request.end([Buffer.from('Status: 204\r\n\r\n')]);
        },
        onStdin: () => {},
        onStdinEnd: () => {},
        onData: () => {},
        onDataEnd: () => {},
        onAbort: () => {},
        onDrain: () => {},
        onError: () => {},
      });
      socket.on('data', (chunk: Buffer) => connection.receive(chunk));
    });
    await bench.upstream([server], {
      checks,
      variables: (variables) => variables.with({ SCRIPT_FILENAME: '/srv/ping.php' }),
    });
    await until('a check was made', () => paths.length >= 2);
    expect(paths.slice(0, 2)).toEqual(['/ping', '/srv/ping.php']);
  });

  it('end with the upstream', async () => {
    const server = await bench.listen((socket) => void socket.resume());
    const upstream = await bench.upstream([server], { checks });
    await until('a check runs', () => server.sockets.size > 0);
    await upstream.stop();
    await until('no connection is left', () => server.sockets.size === 0);
  });

  it('let requests that wait go on when a server is back', async () => {
    let isServing = false;
    const server = await bench.listen((socket) => {
      socket.once('data', () => {
        if (!isServing) return;
        const head = Buffer.from('Status: 200\r\n\r\nbody');
        socket.write(Buffer.concat([encodeStream(RecordType.STDOUT, 1, head), encodeEndRequest(1, 0, 0)]));
      });
    });
    const upstream = await bench.upstream([server], { inFlightMax: 1 });
    const first = ask(upstream);
    const second = ask(upstream);
    expect(upstream.status().waiting).toBe(1);
    isServing = true;
    first.exchange.cancel();
    await second.done;
    expect(second.exchange.status).toBe(200);
  });
});
