// Applications on libfcgi behind the gateway: each takes one request at a time, and there may be several of them.
import { beforeAll, expect, it } from '@jest/globals';
import { expectResponse } from '../cases/case.ts';
import { bedOfSuite } from '../harness/bed.ts';
import type { Gateway } from '../harness/gateway.ts';
import { exchange, headerValues, text, whole, type HttpRequest, type HttpResponse } from '../harness/http.ts';
import { startRelay } from '../harness/relay.ts';
import { describeWith } from '../harness/require.ts';
import { libFcgiParts, startResponder } from '../harness/servers/libfcgi.ts';

describeWith(libFcgiParts, 'two applications on libfcgi behind the gateway', () => {
  const bed = bedOfSuite();
  let port = 0;
  let relay: Gateway;
  beforeAll(async () => {
    const servers = [await startResponder(bed, 'one'), await startResponder(bed, 'two')];
    port = await bed.reservePort();
    const upstream = [
      'protocol = "fastcgi"',
      `servers = ${JSON.stringify(servers)}`,
      'keep_alive = 1',
      'keep_alive_timeout = "1m"',
      'max_connections = 1',
    ];
    relay = await startRelay(bed, { port, upstream, isStreaming: false, expectedLog: [/SERVER_DOWN/] });
  }, 60_000);

  const ask = (request: HttpRequest): Promise<HttpResponse> => exchange({ port }, request);

  it('passes status, headers and log on', async () => {
    const response = await ask({ target: '/none?x=1' });
    expect([response.status, headerValues(response, 'x-query')]).toEqual([404, ['x=1']]);
    await relay.logged({ message: 'log for /none?x=1' });
  });

  it('brings bodies both ways, with LF line ends in the head', async () => {
    const body = whole(Buffer.alloc(1_000_000, 'sluice'));
    expect((await ask({ method: 'POST', target: '/echo', body })).body.length).toBe(1_000_000);
    const response = await ask({ target: '/big' });
    expectResponse(response, { status: 200 });
    expect(text(response).slice(-11)).toBe('line 99999\n');
  });

  it('serves many at once, one on each connection at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask({ target: '/big' })));
    expect(answers.map(({ status, body }) => [status, body.length])).toEqual(
      answers.map(() => [200, 1_100_000]),
    );
  });

  it('goes on with the other when one has ended', async () => {
    expect((await ask({ target: '/quit' })).status).toBe(404);
    for (let times = 0; times < 20; times++) expectResponse(await ask({ target: '/big' }), { status: 200 });
  });
});
