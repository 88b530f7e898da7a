// Tomcat behind the gateway, over AJP.
import { beforeAll, expect, it } from '@jest/globals';
import { bedOfSuite } from '../harness/bed.ts';
import { chmodSync } from 'node:fs';
import { exchange, headerValues, text, whole, type HttpRequest, type HttpResponse } from '../harness/http.ts';
import { digest, patternBlocks, patternDigest } from '../harness/pattern.ts';
import { startRelay } from '../harness/relay.ts';
import { describeWith } from '../harness/require.ts';
import { startTomcat, tomcatParts } from '../harness/servers/tomcat.ts';
import { tomcatPages } from './ajp-tomcat-pages.ts';

const SECRET = 's3cret';
const LARGE = 20 * 1024 * 1024;

describeWith(tomcatParts, 'Tomcat behind the gateway', () => {
  const bed = bedOfSuite();
  let port = 0;
  beforeAll(async () => {
    const tomcatPort = await bed.reservePort();
    await startTomcat(bed, {
      port: tomcatPort,
      secret: SECRET,
      packetBytes: 65_536,
      pages: tomcatPages,
      elsewhere: 'elsewhere.jsp',
      expectedLog: [/Servlet\.service\(\) for servlet/],
    });
    const secret = bed.site.write('tomcat.secret', `${SECRET}\n`);
    chmodSync(secret, 0o600);
    port = await bed.reservePort();
    const upstream = [
      'protocol = "ajp"',
      `servers = ["127.0.0.1:${tomcatPort}"]`,
      `secret_file = ${JSON.stringify(secret)}`,
      'packet_size = "64KiB"',
      'health.interval = "100ms"',
      'health.path = "/hello.jsp"',
    ];
    await startRelay(bed, { port, upstream, isStreaming: true });
  }, 90_000);

  const ask = (request: HttpRequest): Promise<HttpResponse> => exchange({ port }, request);

  it('answers GET and HEAD', async () => {
    const response = await ask({ target: '/hello.jsp?name=%C3%A9' });
    expect([response.status, response.reason, text(response).trim()]).toEqual([
      200,
      'OK',
      'GET /hello.jsp name=%C3%A9',
    ]);
    const head = await ask({ method: 'HEAD', target: '/hello.jsp' });
    expect([head.status, head.body.length, head.isComplete]).toEqual([200, 0, true]);
  });

  it.each(['PATCH', 'DELETE', 'PROPFIND', 'PUT'])('answers %s', async (method) => {
    expect(text(await ask({ method, target: '/nothing-here' })).trim()).toBe(method);
  });

  it('takes a form', async () => {
    const headers = [['Content-Type', 'application/x-www-form-urlencoded']] as const;
    const body = whole('colour=red&size=4');
    expect(text(await ask({ method: 'POST', target: '/form.jsp', headers, body })).trim()).toBe('red 4');
  });

  it.each([LARGE, null])('takes 20 MiB up, announced as %s', async (sizeBytes) => {
    const body = { sizeBytes, blocks: patternBlocks(LARGE) };
    const response = await ask({ method: 'POST', target: '/digest.jsp', body });
    expect(text(response).trim()).toBe(`${LARGE} ${patternDigest(LARGE)}`);
  });

  it('brings 20 MiB down', async () => {
    const { body, isComplete } = await ask({ target: `/zeros.jsp?size=${LARGE}` });
    expect([digest(body), isComplete]).toEqual([digest(Buffer.alloc(LARGE)), true]);
  });

  it('keeps a session by its cookie', async () => {
    const first = await ask({ target: '/session.jsp' });
    const cookie = /^JSESSIONID=[^;]+/.exec(headerValues(first, 'set-cookie')[0] ?? '')?.[0] ?? '';
    const second = await ask({ target: '/session.jsp', headers: [['Cookie', cookie]] });
    expect([first, second].map((response) => text(response).trim())).toEqual(['1', '2']);
  });

  it('tells who the client is', async () => {
    const response = await ask({ target: '/client.jsp', headers: [['Host', 'www.example:8080']] });
    expect(text(response).trim()).toBe('127.0.0.1 www.example 8080 false');
  });

  it('passes statuses and failures on', async () => {
    expect((await ask({ target: '/status.jsp?code=418' })).status).toBe(418);
    expect((await ask({ target: '/throw.jsp' })).status).toBe(500);
  });

  it('sends a head that fills a packet beyond 8 KiB', async () => {
    const headers = [['X-Big', 'x'.repeat(30_000)]] as const;
    expect(text(await ask({ target: '/header.jsp', headers })).trim()).toBe('30000');
  });

  it('serves many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask({ target: '/hello.jsp' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});
