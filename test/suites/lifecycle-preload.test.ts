// Workers that are forked from a process that has imported the application, as an operator meets them.
import { describe, expect, it } from '@jest/globals';
import { withBed, type TestBed } from '../harness/bed.ts';
import { exchange, text } from '../harness/http.ts';
import { descendantsOf, untilGone } from '../harness/processes.ts';
import { beginStaged } from '../harness/staged-request.ts';
import { expectHealthy } from '../cases/case.ts';
import { directHttp } from '../paths/direct-http.ts';
import { openFront, type Front, type PathOptions } from '../paths/path.ts';

const CLIENTS = 4;
const DEATHS = 5;

function openPreloaded(bed: TestBed, options: PathOptions = {}): Promise<Front> {
  return openFront(directHttp, bed, { ...options, pool: ['preload = true', ...(options.pool ?? [])] });
}

async function forkServer(front: Front): Promise<number> {
  return Number(text(await exchange(front.address, { target: '/parent' })));
}

describe('a preloaded pool', () => {
  it('serves, and replaces workers that die from the same import', () =>
    withBed(async (bed) => {
      const front = await openPreloaded(bed, { expectedLog: [/SLUICE_WORKER_DIED/, /SLUICE_WORKER_ENDED/] });
      const server = await forkServer(front);
      expect(server).not.toBe(front.gateway.pid);
      for (let count = 1; count <= DEATHS; count++) {
        expect((await exchange(front.address, { target: '/die' })).status).toBe(502);
        await front.gateway.workersReady(2 + count);
      }
      await front.gateway.process.line(/SLUICE_WORKER_ENDED.*SIGKILL/);
      await expectHealthy(front);
      expect(await forkServer(front)).toBe(server);
    }));

  it('fails no request when it is reloaded under load, and leaves the old process to end', () =>
    withBed(async (bed) => {
      const front = await openPreloaded(bed);
      const before = await forkServer(front);
      let isOver = false;
      const visit = async (): Promise<number[]> => {
        const statuses: number[] = [];
        while (!isOver) statuses.push((await exchange(front.address, { target: '/hello' })).status);
        return statuses;
      };
      const visitors = Array.from({ length: CLIENTS }, visit);
      for (let count = 1; count <= 3; count++) {
        front.gateway.process.kill('SIGHUP');
        await front.gateway.process.lineCount(/"message":"reloaded/, count);
      }
      isOver = true;
      expect(new Set((await Promise.all(visitors)).flat())).toEqual(new Set([200]));
      expect(await forkServer(front)).not.toBe(before);
      const old = descendantsOf(front.gateway.pid).filter(({ pid }) => pid === before);
      await untilGone(old);
    }));

  it('ends with a gateway that is killed, also a worker that holds its interpreter', () =>
    withBed(async (bed) => {
      const front = await openPreloaded(bed);
      const processes = descendantsOf(front.gateway.pid);
      expect(processes).toHaveLength(3);
      const { connection } = await beginStaged(front, '/spins');
      front.gateway.process.kill('SIGKILL');
      await front.gateway.process.exited;
      await untilGone(processes);
      connection.close();
    }));

  it('ends with a gateway that is killed, also when the process it was forked from is gone already', () =>
    withBed(async (bed) => {
      const front = await openPreloaded(bed, { expectedLog: [/SLUICE_FORK_SERVER_ENDED/] });
      const processes = descendantsOf(front.gateway.pid);
      process.kill(await forkServer(front), 'SIGKILL');
      await front.gateway.process.line(/SLUICE_FORK_SERVER_ENDED/);
      front.gateway.process.kill('SIGKILL');
      await front.gateway.process.exited;
      await untilGone(processes);
    }));

  it('goes on when the process it is forked from dies', () =>
    withBed(async (bed) => {
      const front = await openPreloaded(bed, { expectedLog: [/SLUICE_FORK_SERVER_ENDED/] });
      bed.watch(descendantsOf(front.gateway.pid));
      process.kill(await forkServer(front), 'SIGKILL');
      await front.gateway.process.line(/SLUICE_FORK_SERVER_ENDED.*SIGKILL/);
      await expectHealthy(front);
      front.gateway.process.kill('SIGHUP');
      await front.gateway.process.line(/"message":"reloaded/);
      await expectHealthy(front);
    }));
});
