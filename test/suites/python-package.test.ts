// The Python package installed from its wheel, in every Python: its commands, and the servers that PasteDeploy finds in it.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { bedOfSuite, withBed } from '../harness/bed.ts';
import { adoptDaemon } from '../harness/daemon.ts';
import { Gateway } from '../harness/gateway.ts';
import { exchange, text } from '../harness/http.ts';
import { RunningProcess } from '../harness/process.ts';
import { allPythons } from '../harness/python.ts';
import {
  buildWheel,
  environmentWith,
  installWheel,
  makeEnvironment,
  packagingPart,
} from '../harness/python-package.ts';
import { describeWith } from '../harness/require.ts';
import { apacheParts } from '../harness/servers/apache.ts';
import { startApacheAjp, type Connector } from '../harness/servers/apache-ajp.ts';

const connectors: readonly Connector[] = ['proxy_ajp', 'jk'];

/** Says which interpreter runs it, and what it can tell of where it is. */
const APPLICATION = `
import json, sys
import beside

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    facts = {"prefix": sys.prefix, "beside": beside.NAME, "threads": environ["wsgi.multithread"]}
    names = "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING"
    return [json.dumps({**facts, **{name: environ[name] for name in names}}).encode()]
`;

for (const { name, path: python } of allPythons()) {
  describeWith([packagingPart, ...apacheParts(...connectors)], `the package in ${name}`, () => {
    const bed = bedOfSuite();
    let virtual = '';
    beforeAll(() => {
      virtual = installWheel(bed, buildWheel(bed), python, 'venv');
      bed.site.makeDirectory('site');
      bed.site.makeDirectory('library');
      bed.site.write('site/run_ajp.py', APPLICATION);
      bed.site.write('library/beside.py', 'NAME = "found by PYTHONPATH"\n');
    }, 120_000);

    const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv =>
      environmentWith(bed, virtual, { PYTHONPATH: bed.site.path('library'), ...more });

    /** Runs a command of the environment to its end. */
    const command = (
      words: readonly string[],
      env = environment(),
    ): { status: number | null; stdout: string; stderr: string } => {
      const [program = '', ...args] = words;
      const options = { cwd: bed.site.path('site'), env, encoding: 'utf8', timeout: 60_000 } as const;
      return spawnSync(join(virtual, 'bin', program), args, options);
    };

    const spawnCommand = (words: readonly string[], env = environment()): Gateway => {
      const [program = '', ...args] = words;
      const cwd = bed.site.path('site');
      return bed.add(
        new Gateway(
          new RunningProcess({ name: program, command: join(virtual, 'bin', program), args, cwd, env }),
          [],
        ),
      );
    };

    const facts = async (port: number, target = '/'): Promise<Record<string, unknown>> => {
      const response = await exchange({ port }, { target });
      expect([response.status, text(response)]).toEqual([200, expect.stringMatching(/^\{/)]);
      return JSON.parse(text(response)) as Record<string, unknown>;
    };

    it('brings a command sluice that runs workers in its own interpreter', async () => {
      const port = await bed.reservePort();
      const words = ['serve', 'run_ajp', '--http', `127.0.0.1:${port}`, '--log-format', 'json'];
      const gateway = spawnCommand(['sluice', ...words]);
      await gateway.ready(1);
      expect(await facts(port)).toMatchObject({ prefix: virtual });
      gateway.process.kill('SIGTERM');
      expect(await gateway.process.exited).toEqual({ code: 0, signal: null });
      expect(command(['sluice', '--version'])).toEqual(
        expect.objectContaining({ status: 0, stdout: '0.1.0\n', stderr: '' }),
      );
    });

    it('says what is missing where there is no gateway, or no Node', () => {
      const nothing = { ...environment(), PATH: `${join(virtual, 'bin')}:/nowhere` };
      expect(command(['sluice', 'serve', 'run_ajp'], nothing)).toMatchObject({
        status: 127,
        stderr: expect.stringContaining('npm install -g @sluice/gateway'),
      });
      const withoutNode = { ...nothing, SLUICE_GATEWAY: join(virtual, 'bin', 'python') };
      expect(command(['sluice', 'serve', 'run_ajp'], withoutNode)).toMatchObject({
        status: 127,
        stderr: expect.stringContaining('there is no node on PATH'),
      });
    });

    it('serves by ajp-wsgi in the foreground, and ends when the signal has come', async () => {
      const container = await bed.reservePort();
      const gateway = spawnCommand(['ajp-wsgi', 'run_ajp', '-p', String(container), 'application']);
      await gateway.ready(1);
      const port = await bed.reservePort();
      await startApacheAjp(bed, { connector: 'proxy_ajp', port, container });
      expect(await facts(port, '/a%20b?c')).toEqual({
        prefix: virtual,
        beside: 'found by PYTHONPATH',
        threads: true,
        SCRIPT_NAME: '',
        PATH_INFO: '/a b',
        QUERY_STRING: 'c',
      });
      gateway.process.kill('SIGTERM');
      expect(await gateway.process.exited).toEqual({ code: 0, signal: null });
    });

    it('serves by ajp-wsgi in the background, behind both modules of Apache, with a secret and a log', async () => {
      const container = await bed.reservePort();
      const before = '{"level":"info","message":"from before"}\n';
      const log = bed.site.write('ajp.log', before);
      const pid = bed.site.path('ajp.pid');
      const secret = bed.site.write('ajp.secret', 's3cret\n');
      chmodSync(secret, 0o600);
      const options = [
        '-B',
        '-l',
        log,
        '-p',
        String(container),
        '-s',
        '/app',
        '--processes',
        '2',
        '--threads',
        '1',
      ];
      const words = ['run_ajp', 'application', ...options, '--secret-file', secret, '--pid-file', pid];
      expect(command(['ajp-wsgi', ...words])).toMatchObject({ status: 0, stdout: '', stderr: '' });

      const written = readFileSync(log, 'utf8');
      expect(written.startsWith(before)).toBe(true);
      expect(written).toContain('"message":"ready"');
      const daemon = adoptDaemon(bed, pid, log);
      for (const connector of connectors) {
        await withBed(async (front) => {
          const port = await front.reservePort();
          await startApacheAjp(front, { connector, port, container, secret: 's3cret' });
          const wanted = { SCRIPT_NAME: '/app', PATH_INFO: '/x', threads: false };
          expect(await facts(port, '/app/x')).toMatchObject(wanted);
        });
      }
      await daemon.stop();
      expect(existsSync(pid)).toBe(false);
    }, 60_000);

    it('takes the virtual environment that PYTHONHOME names', async () => {
      const other = makeEnvironment(bed, python, 'other');
      const container = await bed.reservePort();
      const port = await bed.reservePort();
      const words = ['ajp-wsgi', 'run_ajp', 'application', '-p', String(container)];
      const more = ['--', '--http', `127.0.0.1:${port}`];
      const gateway = spawnCommand([...words, ...more], environment({ PYTHONHOME: other }));
      await gateway.ready(1);
      expect(await facts(port)).toMatchObject({ prefix: other, beside: 'found by PYTHONPATH' });
    });

    it('says why ajp-wsgi could not go into the background, and leaves nothing running', async () => {
      const taken = await bed.reservePort();
      const first = spawnCommand(['ajp-wsgi', 'run_ajp', 'application', '-p', String(taken)]);
      await first.ready(1);
      const start = (...words: readonly string[]): ReturnType<typeof command> =>
        command(['ajp-wsgi', ...words, '-B', '-l', '/dev/null']);
      expect(start('run_ajp', 'application', '-p', String(taken))).toMatchObject({
        status: 4,
        stderr: expect.stringMatching(/^sluice: cannot listen on 127\.0\.0\.1:\d+: /),
      });
      const free = ['-p', String(await bed.reservePort())];
      expect(start('run_ajp', 'aplication', ...free)).toMatchObject({
        status: 3,
        stderr: expect.stringContaining("run_ajp has no 'aplication'; did you mean application?"),
      });
      expect(start('missing', 'application', ...free)).toMatchObject({
        status: 3,
        stderr: expect.stringContaining("No module named 'missing' in "),
      });
      expect(start('run_ajp', 'application', ...free, '--secret-file', '/nowhere')).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('/nowhere'),
      });
    });
  });
}
