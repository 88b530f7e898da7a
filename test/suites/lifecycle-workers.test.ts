// Workers that die, hang, or never come up: each costs its own request, and says why.
import { describe, expect, it } from '@jest/globals';
import { withBed, type TestBed } from '../harness/bed.ts';
import {
  exchange,
  formatHead,
  headerValues,
  readResponse,
  text,
  type HttpResponse,
} from '../harness/http.ts';
import { spawnGateway } from '../harness/gateway.ts';
import { descendantsOf } from '../harness/processes.ts';
import { RawConnection } from '../harness/raw-connection.ts';
import { expectHealthy, expectResponse } from '../cases/case.ts';
import { directHttp } from '../paths/direct-http.ts';
import { openFront, type Front, type PathOptions } from '../paths/path.ts';
import { beginStaged } from '../harness/staged-request.ts';
import type { Actor } from '../harness/stage.ts';

const DIED = [/SLUICE_WORKER_DIED/, /SLUICE_WORKER_ENDED/];

interface Held {
  readonly actor: Actor;
  readonly response: Promise<HttpResponse | undefined>;
}

async function hold(front: Front): Promise<Held> {
  const { connection, actor } = await beginStaged(front, '/holds');
  return { actor, response: readResponse(connection).finally(() => connection.close()) };
}

async function open(bed: TestBed, options: PathOptions): Promise<Front> {
  return openFront(directHttp, bed, options);
}

describe('a worker that dies', () => {
  it('costs the request it was running, a 502, and nothing else', () =>
    withBed(async (bed) => {
      const front = await open(bed, { expectedLog: DIED });
      const other = await hold(front);
      const response = await exchange(front.address, { target: '/die' });
      expect(response.status).toBe(502);
      other.actor.say('go on');
      expect(await other.response).toMatchObject({ status: 200, isComplete: true });
    }));

  it('is told apart in the log by its signal, and is replaced', () =>
    withBed(async (bed) => {
      const front = await open(bed, { expectedLog: DIED });
      expect((await exchange(front.address, { target: '/die' })).status).toBe(502);
      await front.gateway.process.line(/SLUICE_WORKER_ENDED.*SIGKILL/);
      await front.gateway.workersReady(3);
      const both = [await hold(front), await hold(front)];
      for (const { actor } of both) actor.say('go on');
      for (const { response } of both) expect((await response)?.status).toBe(200);
    }));

  it('costs no request that waited behind the running one', () =>
    withBed(async (bed) => {
      const pool = ['look_ahead = 8', 'recall_after = "10s"'];
      const front = await open(bed, { processes: 1, pool, expectedLog: [...DIED, /SLUICE_BAD_REQUEST/] });
      const [worker] = descendantsOf(front.gateway.pid);
      if (!worker) throw new Error('there is no worker');
      const running = await hold(front);
      const waiting = await Promise.all(Array.from({ length: 5 }, () => RawConnection.open(front.address)));
      for (const connection of waiting) await connection.send(formatHead({ target: '/hello' }));
      // What the gateway refuses itself, it refuses after it has handed the others to the worker.
      expect((await exchange(front.address, { target: '/%00' })).status).toBe(400);
      process.kill(worker.pid, 'SIGKILL');
      expect((await running.response)?.status).toBe(502);
      for (const connection of waiting) {
        const response = await readResponse(connection);
        expect(response && text(response)).toBe('hello\n');
        connection.close();
      }
    }));
});

describe('a request that runs too long', () => {
  it('gets a 504 and its worker is replaced', () =>
    withBed(async (bed) => {
      const front = await open(bed, {
        processes: 1,
        pool: ['request_timeout = "200ms"'],
        expectedLog: [...DIED, /SLUICE_REQUEST_TIMEOUT/],
      });
      const { response } = await hold(front);
      expect((await response)?.status).toBe(504);
      await expectHealthy(front);
    }));
});

describe('an application that cannot be imported', () => {
  it('is a 503 that says so and a traceback in the log, until the file is right', () =>
    withBed(async (bed) => {
      const expectedLog = [/SLUICE_APPLICATION_NOT_LOADED/, /SLUICE_WORKER_ENDED/];
      const port = await bed.reservePort();
      const target = bed.site.write('broken.py', 'import no_such_module_anywhere\n');
      const gateway = spawnGateway(bed, {
        target,
        directory: bed.site.directory,
        listen: [{ protocol: 'http', address: `127.0.0.1:${port}` }],
        expectedLog,
      });
      await gateway.ready(0);

      const response = await exchange({ port }, { target: '/' });
      expect(response.status).toBe(503);
      expect(text(response)).toContain('could not be loaded');
      expect(text(response)).not.toContain('no_such_module_anywhere');
      expect(headerValues(response, 'retry-after')).toHaveLength(1);
      const [line] = await gateway.logged({ code: 'SLUICE_APPLICATION_NOT_LOADED' });
      expect(JSON.stringify(line)).toMatch(/broken\.py.*no_such_module_anywhere/);

      bed.site.write(
        'broken.py',
        'def application(environ, start_response):\n' +
          '    start_response("200 OK", [("Content-Type", "text/plain")])\n' +
          '    return [b"mended"]\n',
      );
      await gateway.workersReady(1);
      expectResponse(await exchange({ port }, { target: '/' }), { status: 200, text: 'mended' });
    }));
});
