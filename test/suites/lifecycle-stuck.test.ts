// A worker whose interpreter is held by native code: it is noticed, shown, and ended for the sake of others only.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { withBed } from '../harness/bed.ts';
import { exchange, readResponse, text, type HttpResponse } from '../harness/http.ts';
import { beginStaged } from '../harness/staged-request.ts';
import type { Actor } from '../harness/stage.ts';
import { expectResponse } from '../cases/case.ts';
import { directHttp } from '../paths/direct-http.ts';
import { openFront, type Front } from '../paths/path.ts';

const BEHIND = ['one', 'two', 'three'];

for (const isPreloaded of [false, true]) {
  const preload = `preload = ${isPreloaded}`;

  describe(`a worker that holds its interpreter, ${isPreloaded ? 'preloaded' : 'started by itself'}`, () => {
    it('is killed when requests wait in it: they are run once each, elsewhere', () =>
      withBed(async (bed) => {
        const pool = [preload, 'recall_after = "1s"', 'stuck_after = "200ms"', 'stuck_timeout = "1s"'];
        const expectedLog = [/SLUICE_WORKER_SILENT/, /SLUICE_WORKER_STUCK/, /SLUICE_WORKER_ENDED/];
        const front = await openFront(directHttp, bed, { processes: 1, pool, expectedLog });
        const held = await grip(front, '/spins');
        const file = bed.site.path('counted');
        const target = (id: string): string => `/count?file=${encodeURIComponent(file)}&id=${id}`;
        const behind = BEHIND.map((id) => exchange(front.address, { target: target(id) }));
        for (const response of await Promise.all(behind)) {
          expectResponse(response, { status: 200, text: 'counted\n' });
        }
        expect((await held.response)?.status).toBe(504);
        expect(readFileSync(file, 'utf8').trimEnd().split('\n').toSorted()).toEqual(BEHIND.toSorted());
        await front.gateway.process.line(/SLUICE_WORKER_ENDED.*stuck_timeout/);
        expect(front.gateway.process.output()).toMatch(/staged\.py.* in spins/);
      }));

    it('is left alone when nobody waits in it, and serves again when it lets go', () =>
      withBed(async (bed) => {
        const pool = [preload, 'stuck_after = "200ms"', 'stuck_timeout = "300ms"'];
        const expectedLog = [/SLUICE_WORKER_SILENT/];
        const front = await openFront(directHttp, bed, { processes: 1, threads: 2, pool, expectedLog });
        const held = await grip(front, '/grips');
        await front.gateway.process.line(/SLUICE_WORKER_SILENT/);
        await front.gateway.process.line(/process\.py.* in grips/);
        const waiting = exchange(front.address, { target: '/hello' });
        held.actor.say('go on');
        const response = await held.response;
        expect(response && text(response)).toBe('let go\n');
        expect((await waiting).status).toBe(200);
        await front.gateway.process.line(/answers again/);
        await front.gateway.workersReady(1);
      }));
  });
}

async function grip(
  front: Front,
  path: string,
): Promise<{ readonly actor: Actor; readonly response: Promise<HttpResponse | undefined> }> {
  const { connection, actor } = await beginStaged(front, path);
  return { actor, response: readResponse(connection).finally(() => connection.close()) };
}
