// Scripts for flup that have changed their import line, behind nginx with the parameters it ships: threads, processes, one at
// a time; restarted by SIGHUP under load.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { bedOfSuite, withBed, type TestBed } from '../harness/bed.ts';
import { until } from '../harness/deadline.ts';
import { RestartedScript, type SocketSource } from '../harness/flup/restarted.ts';
import { exchange, json, text, whole } from '../harness/http.ts';
import { Ledger } from '../harness/ledger.ts';
import { allPythons, defaultPython } from '../harness/python.ts';
import { descendantsOf } from '../harness/processes.ts';
import { describeWith, programPart } from '../harness/require.ts';
import { startNginx } from '../harness/servers/nginx.ts';
import { nginxSite } from '../harness/servers/nginx-site.ts';
import { discrepancies, Visitors } from '../harness/visitors.ts';

const RESTARTS = Number(process.env['SLUICE_TEST_RESTARTS'] ?? 3);
const VISITS_BETWEEN = 100;
const CLIENTS = 4;
const SERVERS = ['fcgi', 'fcgi_fork', 'fcgi_single'] as const;
const SOURCES: readonly SocketSource[] = ['bindAddress', 'descriptor 0'];
const PARTS = [programPart('nginx'), programPart('spawn-fcgi')];

async function startBehindNginx(
  bed: TestBed,
  script: RestartedScript,
  keepsConnections = false,
): Promise<number> {
  bed.add(script);
  await script.ready();
  const port = await bed.reservePort();
  const upstream = `unix:${script.address}`;
  const site = { port, module: 'fastcgi', upstream, keepsConnections, buffersRequests: true } as const;
  // A kept connection may be closed in the moment in which nginx uses it; it says so, and repeats the request.
  const expectedLog = keepsConnections ? [/upstream prematurely closed connection/] : [];
  await startNginx(bed, { port, http: nginxSite(site), expectedLog });
  return port;
}

describeWith(PARTS, 'a script for flup', () => {
  describe.each(SERVERS)('with %s', (server) => {
    describe.each(SOURCES)('at a socket by %s', (source) => {
      const bed = bedOfSuite();
      let port = 0;
      let script: RestartedScript;
      beforeAll(async () => {
        const raised = [/SLUICE_APPLICATION_FAILED.*"path":"\/raised"/];
        script = new RestartedScript(bed, defaultPython(), server, source, raised);
        port = await startBehindNginx(bed, script);
      }, 60_000);

      it('serves an object that has no importable name', async () => {
        const answer = await exchange({ port }, { target: '/hello' });
        expect([answer.status, text(answer)]).toEqual([200, 'made at run time']);
      });

      it('gets the path of nginx as PATH_INFO, decoded', async () => {
        const environ = json(await exchange({ port }, { target: '/environ/caf%C3%A9%20x?a=b' }));
        expect(environ).toMatchObject({
          SCRIPT_NAME: '',
          PATH_INFO: '/environ/caf\u00c3\u00a9 x',
          QUERY_STRING: 'a=b',
          'wsgi.multithread': server === 'fcgi',
          'wsgi.multiprocess': server === 'fcgi_fork',
        });
      });

      it('takes uploads', async () => {
        const body = 'x'.repeat(300_000);
        const answer = await exchange({ port }, { method: 'POST', target: '/echo', body: whole(body) });
        expect(text(answer)).toBe(body);
      });

      it('shows no traceback to clients', async () => {
        const answer = await exchange({ port }, { target: '/raised' });
        expect(answer.status).toBe(500);
        expect(text(answer)).not.toContain('Traceback');
      });
    });
  });

  it.each([
    ['fcgi', 'bindAddress', false],
    ['fcgi', 'bindAddress', true],
    ['fcgi', 'descriptor 0', false],
    ['fcgi_fork', 'descriptor 0', false],
    ['fcgi_single', 'bindAddress', false],
  ] as const)(
    `%s, at a socket by %s, fails no request in ${RESTARTS} restarts under load, and runs each once (connections kept: %s)`,
    (server, source, isKept) =>
      withBed(async (bed) => {
        const script = new RestartedScript(bed, defaultPython(), server, source);
        const port = await startBehindNginx(bed, script, isKept);
        const ledger = new Ledger(bed.site);
        const visitors = new Visitors(Array(CLIENTS).fill({ port }), ledger, 3);
        for (let count = 1; count <= RESTARTS; count++) {
          const isEnough = (): true | undefined =>
            visitors.visits.length > count * VISITS_BETWEEN ? true : undefined;
          await until('clients are served', isEnough, 60_000);
          await script.signal('SIGHUP');
          await script.ready();
        }
        const visits = await visitors.stop();
        expect(discrepancies(visits, ledger)).toEqual([]);
        expect(visits.filter(({ status }) => status !== 200)).toEqual([]);
      }),
    60_000 + RESTARTS * 30_000,
  );

  it.each(SERVERS)(
    '%s starts its gateway again if that dies, and ends cleanly',
    (server) =>
      withBed(async (bed) => {
        const died = [/^sluice \d+: the gateway, process \d+, was ended by signal 9/];
        const script = new RestartedScript(bed, defaultPython(), server, 'bindAddress', died);
        const port = await startBehindNginx(bed, script);
        const before = await exchange({ port }, { target: '/hello' });
        expect(text(before)).toBe('made at run time');
        const gateway = descendantsOf(script.pid).find(({ command }) => / serve fd:/.test(command));
        process.kill(gateway?.pid ?? 0, 'SIGKILL');
        await script.ready();
        expect(text(await exchange({ port }, { target: '/hello' }))).toBe('made at run time');
        expect(await script.stop()).toEqual({ code: 0, signal: null });
      }),
    90_000,
  );
});

for (const { name, path: python } of allPythons()) {
  describeWith(PARTS, `a script for flup on ${name}`, () => {
    it(
      'serves',
      () =>
        withBed(async (bed) => {
          const script = new RestartedScript(bed, python, 'fcgi', 'bindAddress');
          const port = await startBehindNginx(bed, script);
          expect(text(await exchange({ port }, { target: '/hello' }))).toBe('made at run time');
        }),
      90_000,
    );
  });
}
