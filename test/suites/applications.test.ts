// Several applications in one gateway, each with its own processes, directory and interpreter, and the routes to them.
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { expectResponse } from '../cases/case.ts';
import { bedOfSuite } from '../harness/bed.ts';
import { APPS, SLUICE } from '../harness/gateway.ts';
import { exchange, type HttpRequest } from '../harness/http.ts';
import { defaultPython } from '../harness/python.ts';
import { describeWith } from '../harness/require.ts';
import type { Site } from '../harness/site.ts';
import { onePathPerProtocol } from '../paths/one-per-protocol.ts';
import type { Path, Running } from '../paths/path.ts';

// The second application lies in a directory of its own, with a virtual environment in it.
function makeReports(site: Site): string {
  const directory = site.makeDirectory('reports');
  copyFileSync(join(APPS, 'identity.py'), join(directory, 'reports.py'));
  const made = spawnSync(defaultPython(), ['-m', 'venv', '--without-pip', join(directory, '.venv')]);
  if (made.status !== 0) throw new Error(String(made.stderr));
  return directory;
}

function toml(reports: string): string[] {
  return [
    '[pool.reports]',
    'processes = 1',
    'target = "reports:application"',
    `directory = ${JSON.stringify(reports)}`,
    'environment = { IDENTITY = "reports" }',
    '[pool.writes]',
    'processes = 1',
    'environment = { IDENTITY = "writes" }',
    '[[route]]',
    'path = "/reports"',
    'mount = "/reports"',
    'to = "pool:reports"',
    '[[route]]',
    'host = "*.example.org"',
    'to = "pool:reports"',
    '[[route]]',
    'host = "www.example.org"',
    'to = "pool:default"',
    '[[route]]',
    'host = ["www.example.org", "example.org"]',
    'methods = ["POST", "PUT"]',
    'path = "/posts"',
    'to = "pool:writes"',
  ];
}

for (const path of onePathPerProtocol) describeApplications(path);

function describeApplications(path: Path): void {
  describeWith(path.needs, `several applications over ${path.name}`, () => {
    const bed = bedOfSuite();
    let running: Running;
    let reports = '';
    beforeAll(async () => {
      reports = makeReports(bed.site);
      const options = { target: 'identity:application', processes: 1, toml: toml(reports) };
      running = await path.start(bed, options);
    }, 60_000);

    it.each<[HttpRequest, string]>([
      [{ target: '/' }, ''],
      [{ target: '/', headers: [['Host', 'www.example.org']] }, ''],
      [{ target: '/', headers: [['Host', 'WWW.Example.ORG:8080']] }, ''],
      [{ target: '/', headers: [['Host', 'api.example.org']] }, 'reports'],
      [{ target: '/', headers: [['Host', 'v1.api.example.org.']] }, 'reports'],
      [{ target: '/', headers: [['Host', 'example.org']] }, ''],
      [{ target: '/posts/1', headers: [['Host', 'example.org']], method: 'POST' }, 'writes'],
      [{ target: '/posts/1', headers: [['Host', 'example.org']] }, ''],
      [{ target: '/posts/1', headers: [['Host', 'api.example.org']], method: 'POST' }, 'reports'],
      [{ target: '/posts/1', method: 'PUT' }, ''],
      [{ target: '/reports' }, 'reports'],
      [{ target: '/reportsx' }, ''],
    ])('%j goes to %j', async (request, name) => {
      expectResponse(await exchange(running.address, request), { status: 200, json: { name } });
    });

    it('each runs in its own directory and interpreter', async () => {
      const own = await exchange(running.address, { target: '/reports/a%20b' });
      const expected = {
        prefix: join(reports, '.venv'),
        directory: reports,
        script: '/reports',
        path: '/a b',
      };
      expectResponse(own, { status: 200, json: expected });
      expectResponse(await exchange(running.address, { target: '/x' }), {
        status: 200,
        json: { directory: APPS },
      });
    });

    it('are told apart by check and in the log', async () => {
      const words = [SLUICE, 'check', '--config', bed.site.path('sluice.toml')];
      const { stdout, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
      expect(stdout).toMatch(
        /^ok +python of pool reports: .*\.venv\/bin\/python \(of \.venv in the directory/m,
      );
      expect(stdout).toMatch(/^ok +application reports:application of pool reports: can be imported$/m);
      expect(stdout).toMatch(/^ok +application identity:application: can be imported$/m);
      expect(status).toBe(0);
      await running.gateway.logged({
        message: 'worker ready',
        pool: 'reports',
        application: 'reports:application',
      });
    });
  });
}
