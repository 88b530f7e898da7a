// Several gateways on the same sockets: they serve as one, are told what to do as one, and when one of them dies it costs
// what ran there.
import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { withBed, type TestBed } from '../harness/bed.ts';
import { until } from '../harness/deadline.ts';
import { spawnGateway, spawnSluice, startGateway, SLUICE, type Gateway } from '../harness/gateway.ts';
import { exchange, readResponse, text } from '../harness/http.ts';
import { Ledger } from '../harness/ledger.ts';
import { descendantsOf, untilGone, type ProcessFacts } from '../harness/processes.ts';
import { RawConnection, type Address } from '../harness/raw-connection.ts';
import { beginStaged } from '../harness/staged-request.ts';
import { describeWith } from '../harness/require.ts';
import { discrepancies, Visitors } from '../harness/visitors.ts';
import { openTwoFronts, twoFrontsParts, type TwoFronts } from '../paths/two-fronts.ts';

const GATEWAYS = 2;
const CLIENTS_PER_FRONT = 6;
const KILLS = 6;
const RELOADS = 12;
/** Answers between two kills: enough that requests run everywhere. */
const ANSWERS_BETWEEN = 60;
const EXIT_USAGE = 2;
const EXIT_APPLICATION = 3;
const EXIT_LISTEN = 4;

const APPLICATION = `
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(environ["wsgi.multiprocess"]).encode()]
`;

interface Status {
  readonly pid: number;
  readonly connectionsCount: number;
  readonly counts: { readonly total: number };
  readonly pools: readonly {
    readonly processes: { readonly min: number; readonly max: number };
    readonly queue: { readonly lengthMax: number };
    readonly workers: readonly { readonly pid: number; readonly gateway: number }[];
  }[];
  readonly gateways: readonly {
    readonly number: number;
    readonly pid: number;
    readonly state: string;
    readonly total: number;
    readonly connectionsCount: number;
    readonly restarts: number;
  }[];
}

function controlOf(bed: TestBed): string {
  return bed.site.path('control');
}

function lines(bed: TestBed, app: readonly string[] = []) {
  return {
    app: [`gateways = ${GATEWAYS}`, ...app],
    toml: ['[control]', `address = "unix:${controlOf(bed)}"`],
  };
}

async function sluice(bed: TestBed, ...words: readonly string[]): Promise<string> {
  const all = [SLUICE, ...words, '--control', controlOf(bed)];
  return (await promisify(execFile)(process.execPath, all)).stdout;
}

async function statusOf(bed: TestBed): Promise<Status> {
  return JSON.parse(await sluice(bed, 'status', '--json')) as Status;
}

function addressesOf({ http, nginx }: TwoFronts) {
  return Array.from({ length: CLIENTS_PER_FRONT }, () => [http, nginx]).flat();
}

/** The gateways of the moment, as the system sees them. */
function membersOf({ pid }: Gateway): ProcessFacts[] {
  return descendantsOf(pid).filter(({ parentPid }) => parentPid === pid);
}

describeWith(twoFrontsParts, `${GATEWAYS} gateways over HTTP and FastCGI at once`, () => {
  it('serve as one, and say so', () =>
    withBed(async (bed) => {
      const fronts = await openTwoFronts(bed, { ...lines(bed), processes: 3 });
      const ledger = new Ledger(bed.site);
      const visitors = new Visitors(addressesOf(fronts), ledger, 3);
      await until('both serve', async () => {
        const { gateways } = await statusOf(bed);
        return gateways.every(({ total }) => total > 0) || undefined;
      });
      const busy = await statusOf(bed);
      expect(busy.connectionsCount).toBeGreaterThanOrEqual(CLIENTS_PER_FRONT);
      const visits = await visitors.stop();
      expect(discrepancies(visits, ledger)).toEqual([]);
      expect(visits.filter(({ status }) => status !== 200)).toEqual([]);

      const { pid, counts, pools, gateways } = await statusOf(bed);
      expect(pid).toBe(fronts.gateway.pid);
      expect(counts.total).toBe(visits.length);
      expect(gateways.map(({ number, state, restarts }) => [number, state, restarts])).toEqual([
        [1, 'serving', 0],
        [2, 'serving', 0],
      ]);
      expect(gateways.reduce((sum, { total }) => sum + total, 0)).toBe(counts.total);
      expect(pools.map(({ processes: { min, max }, queue }) => [min, max, queue.lengthMax])).toEqual([
        [3, 3, 128],
      ]);
      expect(pools[0]?.workers.map(({ gateway }) => gateway)).toEqual([1, 1, 2]);
      const served = new Set(ledger.entries().map((entry) => entry.pid));
      expect(pools[0]?.workers.filter((worker) => !served.has(worker.pid))).toEqual([]);
    }));

  it(
    `lose nothing by ${RELOADS} reloads under load`,
    () =>
      withBed(async (bed) => {
        const fronts = await openTwoFronts(bed, { ...lines(bed), processes: 2, threads: 2 });
        const ledger = new Ledger(bed.site);
        const visitors = new Visitors(addressesOf(fronts), ledger, 3);
        for (let count = 1; count <= RELOADS; count++) {
          fronts.gateway.process.kill('SIGHUP');
          await fronts.gateway.process.lineCount(/"message":"reloaded/, count * GATEWAYS);
        }
        const visits = await visitors.stop();
        expect(discrepancies(visits, ledger)).toEqual([]);
        expect(visits.filter(({ status }) => status !== 200)).toEqual([]);
        expect(visits.length).toBeGreaterThan(RELOADS * CLIENTS_PER_FRONT);
      }),
    30_000 + RELOADS * 3_000,
  );

  it(
    `lose what runs in one of them when it is killed, ${KILLS} times under load, and nothing else`,
    () =>
      withBed(async (bed) => {
        const fronts = await openTwoFronts(bed, {
          ...lines(bed),
          expectedLog: [/SLUICE_GATEWAY_ENDED/],
          expectedOfNginx: [/upstream.*fastcgi:/],
        });
        const { gateway } = fronts;
        const ledger = new Ledger(bed.site);
        const clients = (address: Address) =>
          new Visitors(Array<Address>(CLIENTS_PER_FRONT).fill(address), ledger, 3);
        // They connect again whenever a connection breaks; one that were refused would be a failure.
        const direct = clients(fronts.http);
        const behindNginx = clients(fronts.nginx);
        const countOfVisits = () => direct.visits.length + behindNginx.visits.length;
        for (let count = 1; count <= KILLS; count++) {
          const before = countOfVisits();
          await until('answers', () => countOfVisits() > before + ANSWERS_BETWEEN || undefined);
          const members = membersOf(gateway);
          expect(members).toHaveLength(GATEWAYS);
          const victim = members[count % GATEWAYS] ?? unreachable();
          const family = [victim, ...descendantsOf(victim.pid)];
          expect(family).toHaveLength(2);
          process.kill(victim.pid, 'SIGKILL');
          await untilGone(family);
          await gateway.process.lineCount(/"message":"gateway ready"/, GATEWAYS + count);
        }
        const visits = await direct.stop();
        const lost = visits.filter(({ status }) => status === 0);
        // No client can lose more than the request that it waits for.
        expect(lost.length).toBeLessThanOrEqual(KILLS * CLIENTS_PER_FRONT);
        const answered = visits.filter(({ status }) => status !== 0);
        const sentElsewhere = / was run but not sent$/;
        const problems = discrepancies(answered, ledger);
        expect(problems.filter((problem) => !sentElsewhere.test(problem))).toEqual([]);
        // nginx itself sends a request again whose kept connection was cut; what it gives up has its own page.
        const others = await behindNginx.stop();
        expect(
          others.filter(({ status, isComplete }) => !isComplete || ![200, 502].includes(status)),
        ).toEqual([]);
        expect(others.filter(({ status }) => status === 502).length).toBeLessThanOrEqual(
          KILLS * CLIENTS_PER_FRONT,
        );
        const { gateways } = await statusOf(bed);
        expect(gateways.map(({ restarts }) => restarts)).toEqual([KILLS / 2, KILLS / 2]);
      }),
    30_000 + KILLS * 5_000,
  );
});

/** Two gateways at one HTTP port, and a request that is held in the application. */
async function openWithRequest(bed: TestBed, expectedLog: readonly RegExp[] = [], parts = lines(bed)) {
  const port = await bed.reservePort();
  const gateway = await startGateway(bed, {
    ...parts,
    listen: [{ protocol: 'http', address: `127.0.0.1:${port}` }],
    expectedLog,
  });
  const held = await beginStaged({ address: { port }, stage: await bed.stage() }, '/holds');
  return { port, gateway, ...held };
}

function isRefused(port: number): Promise<boolean> {
  return RawConnection.open({ port }).then(
    (connection) => {
      connection.close();
      return false;
    },
    () => true,
  );
}

describe(`${GATEWAYS} gateways`, () => {
  it('finish the running request when they are stopped', () =>
    withBed(async (bed) => {
      const { port, gateway, connection, actor } = await openWithRequest(bed);
      gateway.process.kill('SIGTERM');
      await until('connections are refused', async () => (await isRefused(port)) || undefined);
      actor.say('go on');
      const response = await readResponse(connection);
      expect(response && text(response)).toBe('held\n');
      connection.close();
      expect(await gateway.process.exited).toEqual({ code: 0, signal: null });
    }));

  it('finish it when they are drained by command, and the command waits for that', () =>
    withBed(async (bed) => {
      const { gateway, connection, actor } = await openWithRequest(bed);
      const drained = sluice(bed, 'drain');
      await gateway.process.line(/"message":"stopping/);
      actor.say('go on');
      expect((await readResponse(connection))?.status).toBe(200);
      connection.close();
      expect(await drained).toBe('stopped\n');
      expect(await gateway.process.exited).toEqual({ code: 0, signal: null });
    }));

  it('cut it off on a second signal', () =>
    withBed(async (bed) => {
      const { gateway, connection } = await openWithRequest(bed, [
        /SLUICE_STOPPED_NOW/,
        /SLUICE_WORKER_DIED/,
        /SLUICE_WORKER_ENDED/,
      ]);
      gateway.process.kill('SIGTERM');
      await gateway.process.line(/"message":"stopping/);
      gateway.process.kill('SIGTERM');
      expect(await gateway.process.exited).toEqual({ code: 5, signal: null });
      connection.close();
    }));

  it('finish it, and end, when the process that has started them is killed', () =>
    withBed(async (bed) => {
      const parts = { ...lines(bed), toml: [] };
      const orphaned = [/SLUICE_GATEWAY_ORPHANED/];
      const { gateway, connection, actor } = await openWithRequest(bed, orphaned, parts);
      const all = descendantsOf(gateway.pid);
      gateway.process.kill('SIGKILL');
      actor.say('go on');
      const response = await readResponse(connection);
      expect(response && text(response)).toBe('held\n');
      connection.close();
      await untilGone(all);
    }));

  it('have about as many of the connections that are kept, however they come, also one that takes the place of another', () =>
    withBed(async (bed) => {
      const port = await bed.reservePort();
      const path = bed.site.path('fastcgi');
      const gateway = await startGateway(bed, {
        ...lines(bed),
        listen: [
          { protocol: 'http', address: `127.0.0.1:${port}` },
          { protocol: 'fastcgi', address: `unix:${path}` },
        ],
        expectedLog: [/SLUICE_GATEWAY_ENDED/],
      });
      const open = (addresses: readonly Address[]) =>
        Promise.all(addresses.map((address) => RawConnection.open(address)));
      const counts = async (): Promise<readonly number[]> =>
        (await statusOf(bed)).gateways.map(({ connectionsCount }) => connectionsCount);
      const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0);
      const settled = (wanted: number) =>
        until(`${wanted} connections`, async () => {
          const now = await counts();
          return total(now) === wanted ? now : undefined;
        });
      const first = await open(Array.from({ length: 20 }, () => [{ port }, { path }]).flat());
      // Without passing any on it is often 36 and 4.
      expect(Math.min(...(await settled(40)))).toBeGreaterThanOrEqual(14);

      process.kill((membersOf(gateway)[0] ?? unreachable()).pid, 'SIGKILL');
      await gateway.process.lineCount(/"message":"gateway ready"/, GATEWAYS + 1);
      const survived = total(await counts());
      const second = await open(Array.from({ length: survived }, () => ({ port })));
      // The new one has them all, but for a few.
      expect(Math.min(...(await settled(2 * survived)))).toBeGreaterThanOrEqual(survived - 6);
      for (const address of [{ port }, { port }, { port }]) {
        expect((await exchange(address, { target: '/hello' })).status).toBe(200);
      }
      for (const connection of [...first, ...second]) connection.close();
    }));

  it('share what they are scaled to, also one that is started later', () =>
    withBed(async (bed) => {
      const port = await bed.reservePort();
      const gateway = await startGateway(bed, {
        ...lines(bed),
        listen: [{ protocol: 'http', address: `127.0.0.1:${port}` }],
        expectedLog: [/SLUICE_GATEWAY_ENDED/],
      });
      await sluice(bed, 'scale', '5');
      await gateway.workersReady(5);
      await expect(sluice(bed, 'scale', '1')).rejects.toThrow(
        'pool default: 1 process for app.gateways = 2, and each gateway needs one of its own',
      );
      process.kill((membersOf(gateway)[0] ?? unreachable()).pid, 'SIGKILL');
      await gateway.process.lineCount(/"message":"gateway ready"/, GATEWAYS + 1);
      await gateway.process.lineCount(/"message":"worker ready"/, 5 + 2);
      const { pools } = await statusOf(bed);
      expect(pools[0]?.processes).toMatchObject({ min: 5, max: 5 });
    }));

  it('tell the application that there are other processes, even if each has one', () =>
    withBed(async (bed) => {
      const port = await bed.reservePort();
      bed.site.write('app.py', APPLICATION);
      await startGateway(bed, {
        ...lines(bed),
        target: 'app:application',
        directory: bed.site.directory,
        listen: [{ protocol: 'http', address: `127.0.0.1:${port}` }],
      });
      expect(text(await exchange({ port }, { target: '/' }))).toBe('True');
    }));
});

describe(`${GATEWAYS} gateways are refused`, () => {
  it('where a pool cannot be divided, with the setting and both numbers', () =>
    withBed(async (bed) => {
      const gateway = spawnGateway(bed, {
        app: [`gateways = ${GATEWAYS}`],
        listen: [{ protocol: 'fastcgi', address: `unix:${bed.site.path('fastcgi')}` }],
        processes: 1,
        expectedLog: [/pool\.default\.processes: 1 process for app\.gateways = 2, and each/],
      });
      expect(await gateway.process.exited).toEqual({ code: EXIT_USAGE, signal: null });
      expect(gateway.complaints()).toEqual([]);
    }));

  it('where the address is in use, as one would be', () =>
    withBed(async (bed) => {
      const port = await bed.reservePort();
      const address = `127.0.0.1:${port}`;
      await startGateway(bed, { listen: [{ protocol: 'http', address }] });
      const second = spawnSluice(
        bed,
        ['serve', 'behaviours:application', '--http', address, '--processes', '2', '--gateways', '2'],
        [new RegExp(`SLUICE_LISTEN_IN_USE.*cannot listen on ${address}: .*listens there`)],
      );
      expect(await second.process.exited).toEqual({ code: EXIT_LISTEN, signal: null });
      expect(second.complaints()).toEqual([]);
    }));

  it('where the application must load and does not, as one would be', () =>
    withBed(async (bed) => {
      const port = await bed.reservePort();
      const gateway = spawnGateway(bed, {
        app: [`gateways = ${GATEWAYS}`, 'must_load = true'],
        target: 'nowhere:application',
        listen: [{ protocol: 'http', address: `127.0.0.1:${port}` }],
        expectedLog: [/SLUICE_APPLICATION_NOT_LOADED/, /SLUICE_NOT_STARTED/, /SLUICE_WORKER_ENDED/],
      });
      expect(await gateway.process.exited).toEqual({ code: EXIT_APPLICATION, signal: null });
      expect(gateway.log().filter(({ code }) => code === 'SLUICE_NOT_STARTED')).toHaveLength(1);
    }));
});

function unreachable(): never {
  throw new Error('there is no such process');
}
