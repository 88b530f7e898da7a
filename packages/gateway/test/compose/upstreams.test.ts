// Upstreams in a whole gateway: with an application beside them, and without any.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer as createAjpServer } from '@sluice/ajp';
import { createServer } from '@sluice/fastcgi';
import { once } from 'node:events';
import { join } from 'node:path';
import type { GatewayStatus } from '../../src/control/status.ts';
import { World } from '../cli/support.ts';
import { RealGateway } from '../helpers/real-gateway.ts';

let real: RealGateway;
let closings: (() => Promise<void>)[] = [];

beforeEach(() => {
  real = new RealGateway();
});
afterEach(async () => {
  await real.close();
  for (const closing of closings) await closing();
  closings = [];
});

async function fastcgi(name: string): Promise<void> {
  const server = createServer((request, response) => {
    response.end(
      `${name} ${request.params.get('REQUEST_URI')} ${request.params.get('HTTP_PROXY') ?? 'no proxy'}`,
    );
  });
  server.listen(join(real.directory, `${name}.sock`));
  await once(server, 'listening');
  closings.push(() => server.close({ timeoutMs: 0 }));
}

async function ajp(name: string): Promise<void> {
  const server = createAjpServer((request, response) => void response.end(`${name} ${request.url}`));
  server.listen({ path: join(real.directory, `${name}.sock`) });
  await once(server, 'listening');
  closings.push(() => server.close({ timeoutMs: 0 }));
}

/** Starts the gateway with a configuration file, and no application unless one is named. */
async function start(toml: string, flags: Readonly<Record<string, string | undefined>> = {}): Promise<void> {
  real.write('sluice.toml', toml);
  const control = `unix:${join(real.directory, 'control.sock')}`;
  await real.start({ target: undefined, control, ...flags }, 'sluice.toml');
}

const routes = `
[upstream.php]
protocol = "fastcgi"
servers = ["unix:a.sock", "unix:nobody.sock"]
keep_alive = 2
fail_after = 1
fail_timeout = "1h"
[[route]]
path = "/a/"
to = "upstream:php"
[[route]]
path = "/b/"
to = "ajp://unix:b.sock"
`;

describe('upstreams of a gateway', () => {
  it('answer without any application, and other paths are not found', async () => {
    await fastcgi('a');
    await ajp('b');
    await start(routes);
    expect(await real.get('/a/x?y')).toEqual([200, 'a /a/x?y no proxy']);
    expect(await real.get('/b/%C3%A9')).toEqual([200, 'b /b/%C3%A9']);
    expect((await real.get('/c'))[0]).toBe(404);
    expect(real.gateway.status().pools).toEqual([]);
  });

  it('do not get the header that programs take for the setting of a proxy', async () => {
    await fastcgi('a');
    await start(routes);
    const response = await fetch(`${real.url}/a/`, { headers: { Proxy: 'http://evil.example' } });
    expect(await response.text()).toBe('a /a/ no proxy');
  });

  it('stand beside an application', async () => {
    real.write(
      'app.py',
      'def application(environ, start_response):\n    start_response("200 OK", [])\n    return [b"python"]\n',
    );
    await fastcgi('a');
    await start(routes, { target: 'app:application', processes: '1' });
    expect(await real.get('/')).toEqual([200, 'python']);
    expect((await real.get('/a/'))[0]).toBe(200);
  });

  it('are shown by sluice status, server by server', async () => {
    await fastcgi('a');
    await start(routes);
    for (let times = 0; times < 4; times++) expect((await real.get('/a/'))[0]).toBe(200);
    const sluice = (...words: string[]): Promise<{ readonly stdout: string }> =>
      new World({ directory: real.directory }).run(
        ...words,
        '--control',
        join(real.directory, 'control.sock'),
      );
    const { upstreams } = JSON.parse((await sluice('status', '--json')).stdout) as GatewayStatus;
    expect(upstreams[0]).toMatchObject({
      name: 'php',
      protocol: 'fastcgi',
      waiting: 0,
      servers: [
        { isUp: true, servedCount: 4, failedCount: 0, inFlight: 0, idleConnections: 1 },
        { isUp: false, servedCount: 0, failedCount: 1, reason: 'there is no such socket (ENOENT)' },
      ],
    });
    const { stdout } = await sluice('status');
    expect(stdout).toMatch(/^upstream php: fastcgi, 2 servers, 0 waiting$/m);
    expect(stdout).toMatch(/^unix:\S+\/a\.sock +up +1 +0 +1 +4 +0$/m);
    expect(stdout).toMatch(
      /^unix:\S+\/nobody\.sock +down +1 +0 +0 +0 +1 +there is no such socket \(ENOENT\)$/m,
    );
    expect(stdout).toMatch(/^upstream ajp:\/\/unix:\S+\/b\.sock: ajp, 1 servers, 0 waiting$/m);
  });

  it('say in the log what happens to their servers', async () => {
    await fastcgi('a');
    await start(routes);
    await Promise.all([real.get('/a/'), real.get('/a/')]);
    const down = real.log.find(({ code }) => code === 'SLUICE_SERVER_DOWN');
    expect(down).toMatchObject({
      upstream: 'php',
      message: expect.stringMatching(/nobody\.sock is down: .*ENOENT/),
    });
    expect(real.log.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^servers: unix:.*a\.sock/),
    );
  });
});
