// Servers that an .ini file names for PasteDeploy: found by their entry points in the installed package, run, and reached.
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { bedOfSuite, withBed } from '../harness/bed.ts';
import { Gateway, spawnSluice } from '../harness/gateway.ts';
import { exchange, text } from '../harness/http.ts';
import { RunningProcess } from '../harness/process.ts';
import { defaultPython } from '../harness/python.ts';
import {
  buildWheel,
  environmentWith,
  installWheel,
  packagingPart,
  packagingPath,
} from '../harness/python-package.ts';
import { describeWith } from '../harness/require.ts';

/** As paster and pserve do it. */
const SCRIPT = `
import os
from paste.deploy import loadapp, loadserver
where = {"relative_to": os.getcwd()}
loadserver("config:site.ini", **where)(loadapp("config:site.ini", **where))
`;

const APPLICATION = `
def factory(global_config, greeting):
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        flags = (environ[name] for name in ("wsgi.multithread", "wsgi.multiprocess"))
        return [" ".join([greeting, environ["SCRIPT_NAME"], environ["PATH_INFO"], *map(str, flags)]).encode()]
    return application
`;

interface Server {
  /** The entry point. */
  readonly name: string;
  readonly scheme: string;
  readonly isFork?: boolean;
  readonly scriptName?: string;
}

const servers: readonly Server[] = [
  { name: 'ajp', scheme: 'ajp', scriptName: '/app' },
  { name: 'ajp_thread', scheme: 'ajp' },
  { name: 'ajp_fork', scheme: 'ajp', isFork: true },
  { name: 'fcgi', scheme: 'fastcgi' },
  { name: 'fcgi_thread', scheme: 'fastcgi' },
  { name: 'fcgi_fork', scheme: 'fastcgi', isFork: true },
  { name: 'scgi', scheme: 'scgi', scriptName: '/app' },
  { name: 'scgi_thread', scheme: 'scgi' },
  { name: 'scgi_fork', scheme: 'scgi', isFork: true },
];

describeWith([packagingPart], 'PasteDeploy', () => {
  const suite = bedOfSuite();
  let virtual = '';
  beforeAll(() => {
    virtual = installWheel(suite, buildWheel(suite), defaultPython(), 'venv');
  }, 60_000);

  it.each(servers)('runs egg:sluice#$name', async ({ name, scheme, isFork = false, scriptName }) => {
    await withBed(async (bed) => {
      const [port, back] = [await bed.reservePort(), await bed.reservePort()];
      bed.site.write('greeting.py', APPLICATION);
      bed.site.write('serve.py', SCRIPT);
      const settings = [
        'host = 127.0.0.1',
        `port = ${back}`,
        isFork ? 'maxChildren = 2' : 'maxThreads = 4',
        ...(scriptName === undefined ? [] : [`scriptName = ${scriptName}`]),
      ];
      bed.site.write(
        'site.ini',
        `[server:main]
use = egg:sluice#${name}
${settings.join('\n')}

[app:main]
paste.app_factory = greeting:factory
greeting = hello
`,
      );
      const env = environmentWith(bed, virtual, { PYTHONPATH: packagingPath() });
      const server = new RunningProcess({
        name: 'PasteDeploy',
        command: join(virtual, 'bin', 'python'),
        args: ['serve.py'],
        cwd: bed.site.directory,
        env,
      });
      bed.add(new Gateway(server, []));
      await server.line(/"message":"ready"/);

      const route = `[[route]]\npath = "/"\nto = "${scheme}://127.0.0.1:${back}"\n`;
      const toml = bed.site.write('relay.toml', `[log]\nformat = "json"\n${route}`);
      const relay = spawnSluice(bed, ['serve', '--config', toml, '--http', `127.0.0.1:${port}`]);
      await relay.process.line(/"message":"ready"/);
      const response = await exchange({ port }, { target: `${scriptName ?? ''}/a%20b` });
      const flags = isFork ? 'False True' : 'True False';
      expect([response.status, text(response)]).toEqual([200, `hello ${scriptName ?? ''} /a b ${flags}`]);

      server.kill('SIGTERM');
      expect(await server.exited).toEqual({ code: 0, signal: null });
    });
  });
});
