// How a gateway ends: with care, at once, or without warning.
import { describe, expect, it } from '@jest/globals';
import { withBed, type TestBed } from '../harness/bed.ts';
import { until } from '../harness/deadline.ts';
import { formatHead, readResponse, text } from '../harness/http.ts';
import { startGateway, type Gateway } from '../harness/gateway.ts';
import { descendantsOf, untilGone } from '../harness/processes.ts';
import { RawConnection } from '../harness/raw-connection.ts';
import { beginStaged, type BegunRequest } from '../harness/staged-request.ts';
import { expectHealthy } from '../cases/case.ts';
import { directHttp } from '../paths/direct-http.ts';
import { openFront, type Front } from '../paths/path.ts';

interface Held extends BegunRequest {
  readonly front: Front;
}

/** A gateway with one request that the application is working on. */
async function openWithRequest(bed: TestBed, expectedLog: readonly RegExp[] = []): Promise<Held> {
  const front = await openFront(directHttp, bed, { expectedLog });
  return { front, ...(await beginStaged(front, '/holds')) };
}

async function isRefused(front: Front): Promise<boolean> {
  return RawConnection.open(front.address).then(
    (connection) => {
      connection.close();
      return false;
    },
    () => true,
  );
}

function signalAndWait({ process }: Gateway, signal: 'SIGTERM' | 'SIGINT'): Promise<string> {
  process.kill(signal);
  return process.line(/"message":"stopping/);
}

describe('a gateway that is stopped', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('finishes the running request on %s', (signal) =>
    withBed(async (bed) => {
      const { front, connection, actor } = await openWithRequest(bed);
      await signalAndWait(front.gateway, signal);
      await until('new connections are refused', async () => (await isRefused(front)) || undefined);
      actor.say('go on');
      const response = await readResponse(connection);
      expect(response && text(response)).toBe('held\n');
      connection.close();
      expect(await front.gateway.process.exited).toEqual({ code: 0, signal: null });
    }),
  );

  it('ends with idle connections open', () =>
    withBed(async (bed) => {
      const front = await openFront(directHttp, bed);
      const connection = await RawConnection.open(front.address);
      await connection.send(formatHead({ target: '/hello' }));
      expect((await readResponse(connection))?.status).toBe(200);
      front.gateway.process.kill('SIGTERM');
      expect(await front.gateway.process.exited).toEqual({ code: 0, signal: null });
      expect(await connection.read()).toBeUndefined();
      connection.close();
    }));

  it('cuts the running request off on a second signal', () =>
    withBed(async (bed) => {
      const { front, connection } = await openWithRequest(bed, [
        /SLUICE_STOPPED_NOW/,
        /SLUICE_WORKER_DIED/,
        /SLUICE_WORKER_ENDED/,
      ]);
      await signalAndWait(front.gateway, 'SIGTERM');
      front.gateway.process.kill('SIGTERM');
      expect(await front.gateway.process.exited).toEqual({ code: 5, signal: null });
      const response = await readResponse(connection);
      expect(response?.status ?? 502).toBe(502);
      connection.close();
    }));
});

describe('a gateway that is killed', () => {
  it('takes its workers with it, also one that is busy', () =>
    withBed(async (bed) => {
      const { front, connection } = await openWithRequest(bed);
      const workers = descendantsOf(front.gateway.pid);
      expect(workers).toHaveLength(2);
      front.gateway.process.kill('SIGKILL');
      await front.gateway.process.exited;
      await untilGone(workers);
      connection.close();
    }));

  it('takes a worker with it that holds the interpreter lock', () =>
    withBed(async (bed) => {
      const front = await openFront(directHttp, bed);
      const workers = descendantsOf(front.gateway.pid);
      const { connection } = await beginStaged(front, '/spins');
      front.gateway.process.kill('SIGKILL');
      await front.gateway.process.exited;
      await untilGone(workers);
      connection.close();
    }));

  it('leaves a socket file that the next one replaces', () =>
    withBed(async (bed) => {
      const listen = [{ protocol: 'fastcgi', address: `unix:${bed.site.path('fastcgi')}` }] as const;
      const first = await startGateway(bed, { listen });
      bed.watch(descendantsOf(first.pid));
      first.process.kill('SIGKILL');
      await first.process.exited;
      const port = await bed.reservePort();
      const second = await startGateway(bed, {
        listen: [...listen, { protocol: 'http', address: `127.0.0.1:${port}` }],
      });
      await expectHealthy({ address: { port } });
      await second.stop();
    }));
});
