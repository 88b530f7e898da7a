// What the gateway refuses over AJP, seen from the client, and what its log says to the one who has to mend it.
import { expect, it } from '@jest/globals';
import { expectResponse } from '../cases/case.ts';
import { withBed, type TestBed } from '../harness/bed.ts';
import { exchange } from '../harness/http.ts';
import { describeWith } from '../harness/require.ts';
import { apacheParts } from '../harness/servers/apache.ts';
import { startApacheAjp, type ApacheAjpOptions, type Connector } from '../harness/servers/apache-ajp.ts';
import { lighttpdParts } from '../harness/servers/lighttpd.ts';
import { startLighttpdAjp } from '../harness/servers/lighttpd-ajp.ts';
import { startAjpGateway, type AjpListen } from '../paths/ajp-listener.ts';
import type { Gateway } from '../harness/gateway.ts';

const REFUSED = /SLUICE_CONNECTION_REFUSED/;

interface Pair {
  readonly gateway: Gateway;
  readonly port: number;
}

async function startPair(
  bed: TestBed,
  listen: Partial<AjpListen>,
  apache: Pick<ApacheAjpOptions, 'connector' | 'secret' | 'lines'>,
): Promise<Pair> {
  const container = await bed.reservePort();
  const port = await bed.reservePort();
  const gateway = await startAjpGateway(bed, {}, { address: `127.0.0.1:${container}`, ...listen });
  await startApacheAjp(bed, { port, container, ...apache });
  return { gateway, port };
}

async function expectRefused({ gateway, port }: Pair, reason: string, message: RegExp): Promise<void> {
  gateway.expectLog(REFUSED);
  expectResponse(await exchange({ port }, { target: '/hello' }), { status: 403 });
  const line: unknown = JSON.parse(await gateway.process.line(REFUSED));
  expect(line).toMatchObject({ reason, level: 'warn', message: expect.stringMatching(message) });
}

// How each module is told to send a request attribute.
const ATTRIBUTE: Readonly<Record<Connector, (name: string, value: string) => string>> = {
  proxy_ajp: (name, value) => `SetEnvIf Request_Method . AJP_${name}=${value}`,
  jk: (name, value) => `JkEnvVar ${name} "${value}"`,
};

for (const connector of ['proxy_ajp', 'jk'] as const) {
  describeWith(apacheParts(connector), `over mod_${connector} the gateway`, () => {
    it.each([
      ['another secret', { secret: 'other' }],
      ['no secret', {}],
    ])('refuses a web server with %s', async (_name, secret) => {
      await withBed(async (bed) => {
        const pair = await startPair(bed, { secret: 's3cret' }, { connector, ...secret });
        await expectRefused(pair, 'AJP_WRONG_SECRET', /secret_file.*ProxyPass.*worker\.NAME\.secret/);
      });
    });

    it('refuses an attribute that nobody allowed', async () => {
      await withBed(async (bed) => {
        const lines = [ATTRIBUTE[connector]('REMOTE_REALM', 'x')];
        const pair = await startPair(bed, {}, { connector, lines });
        await expectRefused(pair, 'AJP_FORBIDDEN_ATTRIBUTE', /"REMOTE_REALM".*allowed_attributes/);
      });
    });

    it('takes the mount point from the web server where that is allowed', async () => {
      await withBed(async (bed) => {
        const allowed = ['allowed_attributes = ["WSGI_SCRIPT_NAME"]'];
        const lines = [ATTRIBUTE[connector]('WSGI_SCRIPT_NAME', '/app')];
        const { port } = await startPair(bed, { lines: allowed }, { connector, lines });
        const response = await exchange({ port }, { target: '/app/environ?a=b' });
        expectResponse(response, { status: 200, json: { SCRIPT_NAME: '/app', PATH_INFO: '/environ' } });
      });
    });
  });
}

describeWith(lighttpdParts('mod_ajp13'), 'over mod_ajp13 the gateway', () => {
  // lighttpd 1.4.69 looks for the secret only where the client came over TLS.
  it('refuses a listener of lighttpd without TLS, which sends no secret', async () => {
    await withBed(async (bed) => {
      const container = bed.site.path('ajp');
      const port = await bed.reservePort();
      const gateway = await startAjpGateway(bed, {}, { address: `unix:${container}`, secret: 's3cret' });
      await startLighttpdAjp(bed, { port, container, secret: 's3cret' });
      await expectRefused({ gateway, port }, 'AJP_WRONG_SECRET', /no secret sent/);
    });
  });
});
