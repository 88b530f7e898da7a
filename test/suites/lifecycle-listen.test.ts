// Where a gateway listens: addresses that are taken, and sockets that somebody else opened.
import { describe, expect, it } from '@jest/globals';
import { symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { withBed } from '../harness/bed.ts';
import { exchange, text } from '../harness/http.ts';
import {
  COMMAND,
  EXAMPLES,
  launchGateway,
  SLUICE,
  spawnGateway,
  spawnSluice,
  startGateway,
  writeConfig,
} from '../harness/gateway.ts';
import { defaultPython } from '../harness/python.ts';
import { describeWith, program, programPart } from '../harness/require.ts';
import { startNginx } from '../harness/servers/nginx.ts';
import { nginxSite } from '../harness/servers/nginx-site.ts';
import { expectHealthy } from '../cases/case.ts';

const SYSTEMD = fileURLToPath(new URL('../launchers/systemd.py', import.meta.url));

const LISTEN_FAILED = 4;
const USAGE = 2;

describe('an address that is taken', () => {
  it.each([
    ['a Unix socket', (path: string) => `unix:${path}`, 'fastcgi'],
    ['a TCP port', (_: string, port: number) => `127.0.0.1:${port}`, 'http'],
  ] as const)('%s: the gateway names the owner and ends', (_, makeAddress, protocol) =>
    withBed(async (bed) => {
      const address = makeAddress(bed.site.path('taken'), await bed.reservePort());
      const listen = [{ protocol, address }];
      const first = await startGateway(bed, { listen });
      const second = spawnGateway(bed, { listen, expectedLog: [/SLUICE_LISTEN_IN_USE/] });
      expect(await second.process.exited).toEqual({ code: LISTEN_FAILED, signal: null });
      expect(second.process.output()).toContain(String(first.pid));
    }),
  );
});

describe('the command line', () => {
  it('installed as a link, serves an example with nothing but flags', () =>
    withBed(async (bed) => {
      const port = await bed.reservePort();
      const flags = `--http 127.0.0.1:${port} --processes 1 --mount /hello --log-format json`.split(' ');
      const target = join(EXAMPLES, 'hello.py');
      const command = bed.site.path('sluice');
      symlinkSync(COMMAND, command);
      const gateway = launchGateway(bed, [command, 'serve', target, ...flags, '--python', defaultPython()]);
      await gateway.ready(1);
      const response = await exchange({ port }, { target: '/hello/there' });
      expect(response.status).toBe(200);
      expect(text(response)).toContain('GET /hello/there');
    }));

  it('refuses a setting it does not know, and says which was meant', () =>
    withBed(async (bed) => {
      const config = bed.site.write('typo.toml', '[app]\ntarget = "a:b"\n[pool.default]\nproceses = 2\n');
      const gateway = spawnSluice(bed, ['serve', '--config', config], [/typo\.toml/]);
      expect(await gateway.process.exited).toEqual({ code: USAGE, signal: null });
      expect(gateway.process.output()).toMatch(/proceses.*processes/);
    }));
});

describe('a socket that somebody else opened', () => {
  it('comes from systemd', () =>
    withBed(async (bed) => {
      const port = await bed.reservePort();
      const config = writeConfig(bed, { listen: [{ protocol: 'http', address: 'systemd' }] });
      const command = [process.execPath, SLUICE, 'serve', '--config', config];
      const gateway = launchGateway(bed, [defaultPython(), SYSTEMD, String(port), ...command]);
      await gateway.ready(2);
      await expectHealthy({ address: { port } });
    }));
});

describeWith([programPart('spawn-fcgi'), programPart('nginx')], 'spawn-fcgi', () => {
  it('gives its socket as descriptor 0', () =>
    withBed(async (bed) => {
      const upstreamPort = await bed.reservePort();
      const config = writeConfig(bed, { listen: [{ protocol: 'fastcgi', address: 'fd:0' }] });
      const command = [process.execPath, SLUICE, 'serve', '--config', config];
      const options = ['-n', '-a', '127.0.0.1', '-p', String(upstreamPort)];
      const gateway = launchGateway(bed, [program('spawn-fcgi'), ...options, '--', ...command]);
      await gateway.ready(2);
      const port = await bed.reservePort();
      const upstream = `127.0.0.1:${upstreamPort}`;
      const site = { module: 'fastcgi', upstream, keepsConnections: true, buffersRequests: true } as const;
      await startNginx(bed, { port, http: nginxSite({ port, ...site }) });
      await expectHealthy({ address: { port } });
    }));
});
