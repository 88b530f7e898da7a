// The web-server side of @sluice/ajp against the container everybody else speaks to.
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  Agent,
  request,
  type IncomingResponse,
  type OutgoingRequest,
  type RequestOptions,
} from '@sluice/ajp';
import { bedOfSuite } from '../harness/bed.ts';
import { digest, patternBlocks, patternDigest } from '../harness/pattern.ts';
import { describeWith } from '../harness/require.ts';
import { startTomcat, tomcatParts } from '../harness/servers/tomcat.ts';
import { tomcatPages } from './ajp-tomcat-pages.ts';

const SECRET = 's3cret';
const PACKET_BYTES = 65_536;
const EXPECTED_LOG = [
  /unknown request attribute \[javax\.servlet\.include/,
  /Servlet\.service\(\) for servlet/,
];
const LARGE = 20 * 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

describeWith(tomcatParts, 'the client of @sluice/ajp against Tomcat', () => {
  const bed = bedOfSuite();
  const agent = new Agent({ limits: { packetSize: PACKET_BYTES } });
  let port = 0;
  beforeAll(async () => {
    port = await bed.reservePort();
    const pages = { pages: tomcatPages, elsewhere: 'elsewhere.jsp', expectedLog: EXPECTED_LOG };
    await startTomcat(bed, { port, secret: SECRET, packetBytes: PACKET_BYTES, ...pages });
  }, 90_000);
  afterAll(() => agent.close());

  const open = (options: RequestOptions): OutgoingRequest =>
    request({ port, agent, secret: SECRET, serverName: 'localhost', ...options });

  async function ask(options: RequestOptions, body: Iterable<Uint8Array> = []): Promise<Answer> {
    const asked = open(options);
    const responded = once(asked, 'response') as Promise<[IncomingResponse]>;
    for (const piece of body) if (!asked.write(piece)) await once(asked, 'drain');
    asked.end();
    return read((await responded)[0]);
  }

  it('GET', async () => {
    const { status, headers, body } = await ask({ path: '/hello.jsp?name=%C3%A9' });
    expect([status, body.toString().trim()]).toEqual([200, 'GET /hello.jsp name=%C3%A9']);
    expect(headers['content-type']).toBe('text/plain;charset=UTF-8');
  });

  it('HEAD', async () => {
    const { status, body } = await ask({ method: 'HEAD', path: '/hello.jsp' });
    expect([status, body.length]).toEqual([200, 0]);
  });

  it('POST of a form', async () => {
    const form = Buffer.from('colour=red&size=4');
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length };
    const { body } = await ask({ method: 'POST', path: '/form.jsp', headers }, [form]);
    expect(body.toString().trim()).toBe('red 4');
  });

  it.each(['PATCH', 'DELETE', 'PROPFIND', 'BREW'])(
    '%s, whether it has a number in AJP or not',
    async (method) => {
      const { body } = await ask({ method, path: '/nothing-here' });
      expect(body.toString().trim()).toBe(method);
    },
  );

  it.each([
    ['with its length', { 'content-length': LARGE }],
    ['chunked', { 'transfer-encoding': 'chunked' }],
  ])('20 MiB up, %s', async (_name, headers) => {
    const { body } = await ask({ method: 'POST', path: '/digest.jsp', headers }, patternBlocks(LARGE));
    expect(body.toString().trim()).toBe(`${LARGE} ${patternDigest(LARGE)}`);
  });

  it('20 MiB down', async () => {
    const { body } = await ask({ path: `/zeros.jsp?size=${LARGE}` });
    expect(digest(body)).toBe(digest(Buffer.alloc(LARGE)));
  });

  it('a stream, piece by piece', async () => {
    const asked = open({ path: '/pieces.jsp?name=a' });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingResponse];
    const pieces = response[Symbol.asyncIterator]();
    for (const piece of ['one', 'two', 'three']) {
      expect(String((await pieces.next()).value)).toBe(piece);
      await ask({ path: '/go.jsp?name=a' });
    }
    expect((await pieces.next()).done).toBe(true);
  });

  it('a session by its cookie', async () => {
    const first = await ask({ path: '/session.jsp' });
    const cookie = /^JSESSIONID=[^;]+/.exec(first.headers['set-cookie'] ?? '')?.[0] ?? '';
    const second = await ask({ path: '/session.jsp', headers: { cookie } });
    expect([first, second].map(({ body }) => body.toString().trim())).toEqual(['1', '2']);
  });

  it('a head that fills a packet beyond 8 KiB', async () => {
    const { body } = await ask({ path: '/header.jsp', headers: { 'x-big': 'x'.repeat(50_000) } });
    expect(body.toString().trim()).toBe('50000');
  });

  it('what the web server knows of the client', async () => {
    const { body } = await ask({
      path: '/client.jsp',
      remoteAddress: '10.1.2.3',
      serverName: 'www.example',
      serverPort: 443,
      secure: true,
    });
    expect(body.toString().trim()).toBe('10.1.2.3 www.example 443 true');
  });

  it.each([
    ['another secret', { secret: 'other' }],
    [
      'an attribute that is not allowed',
      { attributes: [['javax.servlet.include.path_info', '/WEB-INF/web.xml']] },
    ],
  ] as const)('403 for %s', async (_name, options) => {
    expect((await ask({ path: '/hello.jsp', ...options })).status).toBe(403);
  });

  it('a status and an exception of the application', async () => {
    expect((await ask({ path: '/status.jsp?code=418' })).status).toBe(418);
    expect((await ask({ path: '/throw.jsp' })).status).toBe(500);
  });

  it('gives a request up in the middle of its response, and serves the next', async () => {
    const asked = open({ path: `/zeros.jsp?size=${LARGE}` });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingResponse];
    response.destroy();
    expect((await ask({ path: '/status.jsp?code=204' })).status).toBe(204);
  });
});

async function read(response: IncomingResponse): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) };
}
