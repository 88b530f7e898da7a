// Static files: what is sent for which request.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { mkdirSync, realpathSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { BodyStream, type RequestBody } from '../../src/exchange/body.ts';
import { StaticFiles, type StaticOptions } from '../../src/static/static-files.ts';
import { RecordingSource } from '../helpers/body-readers.ts';
import { makeExchange } from '../helpers/exchanges.ts';
import { until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';
import { openFilesBelow } from '../reply/open-files.ts';

const CSS = 'body { margin: 0 }\n'.repeat(100);
const MODIFIED = new Date('2026-01-02T03:04:05Z');

const temporary = new Temporary();
let base = '';
beforeAll(() => {
  base = realpathSync(temporary.directory());
  for (const name of ['site', 'site/docs', 'site/bare', 'site/.git']) mkdirSync(`${base}/${name}`);
  const files: readonly (readonly [string, string | Buffer])[] = [
    ['secret', 'secret'],
    ['site/.env', 'secret'],
    ['site/.git/config', 'secret'],
    ['site/style.css', CSS],
    ['site/style.css.br', brotliCompressSync(CSS)],
    ['site/style.css.gz', gzipSync(CSS)],
    ['site/only.js', 'only'],
    ['site/zipped.txt', 'zipped'],
    ['site/zipped.txt.gz', gzipSync('zipped')],
    ['site/noise.unknown', 'noise'],
    ['site/empty.txt', ''],
    ['site/docs/index.html', '<p>docs'],
    ['site/docs/index.html.gz', gzipSync('<p>docs')],
  ];
  for (const [name, content] of files) {
    writeFileSync(`${base}/${name}`, content);
    utimesSync(`${base}/${name}`, MODIFIED, MODIFIED);
  }
  symlinkSync(`${base}/secret`, `${base}/site/link.txt`);
  symlinkSync(`${base}/secret`, `${base}/site/only.js.br`);
});
afterAll(async () => {
  await until('every file is closed', () => openFilesBelow(base).length === 0);
  temporary.remove();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Asks for a URL path below `/static/`; the variables are further ones of the request. */
async function get(
  path: string,
  variables: Readonly<Record<string, string>> = {},
  options: Partial<StaticOptions> = {},
  body?: RequestBody,
): Promise<Answer> {
  const all = { PATH_INFO: `/static/${path}`, ...variables };
  const { exchange, reply, done } = makeExchange({ variables: all, ...(body && { body }) });
  const directory = `${base}/site`;
  const fixed = { path: '/static/', directory, index: null, cacheControl: null, isPrecompressed: true };
  new StaticFiles({ ...fixed, ...options }).handle(exchange);
  await done;
  const headers = [...(reply.sentHead?.headers() ?? [])].map(([name, value]) => [name.toLowerCase(), value]);
  return {
    status: exchange.status,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(reply.chunks),
  };
}

describe('a file', () => {
  it('is sent with its type, length, and validators', async () => {
    const { status, headers, body } = await get('style.css');
    expect([status, body.toString()]).toEqual([200, CSS]);
    expect(headers).toEqual({
      'accept-ranges': 'bytes',
      'content-length': '1900',
      'content-type': 'text/css; charset=utf-8',
      etag: expect.stringMatching(/^W\/".+"$/),
      'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
      vary: 'Accept-Encoding',
    });
  });

  it('of an unknown type is bytes, and one of no bytes is empty', async () => {
    expect((await get('noise.unknown')).headers['content-type']).toBe('application/octet-stream');
    const empty = await get('empty.txt');
    expect([empty.status, empty.headers['content-length'], empty.body.length]).toEqual([200, '0', 0]);
  });

  it('has the Cache-Control that was set', async () => {
    const { headers } = await get('only.js', {}, { cacheControl: 'public, max-age=60' });
    expect(headers['cache-control']).toBe('public, max-age=60');
  });

  it('is found by the whole path, in whichever variable the web server has put it', async () => {
    const { status } = await get('', { SCRIPT_NAME: '/static', PATH_INFO: '/only.js' });
    expect(status).toBe(200);
  });

  it('answers HEAD as GET without the body', async () => {
    const [head, whole] = [await get('style.css', { REQUEST_METHOD: 'HEAD' }), await get('style.css')];
    expect([head.status, head.headers, head.body.length]).toEqual([200, whole.headers, 0]);
  });
});

describe('ranges and conditions', () => {
  it('are for GET: HEAD tells of the whole file', async () => {
    const variables = { REQUEST_METHOD: 'HEAD', HTTP_RANGE: 'bytes=5-9' };
    const { status, headers } = await get('style.css', variables);
    expect([status, headers['content-length'], headers['content-range']]).toEqual([200, '1900', undefined]);
  });

  it('send a part, or a page that tells the size', async () => {
    const part = await get('style.css', { HTTP_RANGE: 'bytes=5-9' });
    expect([part.status, part.body.toString()]).toEqual([206, CSS.slice(5, 10)]);
    expect([part.headers['content-range'], part.headers['content-length']]).toEqual(['bytes 5-9/1900', '5']);
    const beyond = await get('style.css', { HTTP_RANGE: 'bytes=1900-' });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */1900']);
  });

  it('spare what the client has', async () => {
    const { headers } = await get('style.css');
    for (const condition of [
      { HTTP_IF_NONE_MATCH: headers['etag'] ?? '' },
      { HTTP_IF_MODIFIED_SINCE: headers['last-modified'] ?? '' },
    ]) {
      const same = await get('style.css', condition);
      expect([same.status, same.body.length, same.headers['etag']]).toEqual([304, 0, headers['etag']]);
      expect([same.headers['vary'], same.headers['content-length']]).toEqual(['Accept-Encoding', undefined]);
    }
    const newer = await get('style.css', { HTTP_IF_MODIFIED_SINCE: 'Thu, 01 Jan 2026 00:00:00 GMT' });
    expect(newer.status).toBe(200);
  });

  it('are refused where the file has changed', async () => {
    const variables = { HTTP_IF_UNMODIFIED_SINCE: 'Thu, 01 Jan 2026 00:00:00 GMT' };
    expect((await get('style.css', variables)).status).toBe(412);
  });
});

describe('compressed forms', () => {
  it.each([
    ['br, gzip', 'style.css', 'br'],
    ['gzip, br', 'style.css', 'br'],
    ['gzip', 'style.css', 'gzip'],
    ['GZIP;q=0.5', 'style.css', 'gzip'],
    ['br;q=0, gzip', 'style.css', 'gzip'],
    ['br; q=0.0, gzip;q=0', 'style.css', undefined],
    ['deflate, brotli', 'style.css', undefined],
    ['', 'style.css', undefined],
    ['br, gzip', 'zipped.txt', 'gzip'],
    ['br, gzip', 'noise.unknown', undefined],
  ])('to a client that accepts %j: %s as %s', async (accept, path, expected) => {
    const { status, headers, body } = await get(path, { HTTP_ACCEPT_ENCODING: accept });
    expect([status, headers['content-encoding'], headers['vary']]).toEqual([
      200,
      expected,
      'Accept-Encoding',
    ]);
    expect(headers['content-length']).toBe(String(body.length));
    const types = { 'style.css': 'text/css; charset=utf-8', 'zipped.txt': 'text/plain; charset=utf-8' };
    expect(headers['content-type']).toBe({ ...types, 'noise.unknown': 'application/octet-stream' }[path]);
  });

  it('have ranges and validators of their own', async () => {
    const accept = { HTTP_ACCEPT_ENCODING: 'gzip' };
    const [plain, zipped] = [await get('style.css'), await get('style.css', accept)];
    expect(zipped.headers['etag']).not.toBe(plain.headers['etag']);
    const part = await get('style.css', { ...accept, HTTP_RANGE: 'bytes=0-1' });
    expect([part.status, part.body.toString('hex')]).toEqual([206, '1f8b']);
    const same = await get('style.css', { ...accept, HTTP_IF_NONE_MATCH: zipped.headers['etag'] ?? '' });
    expect([same.status, same.headers['vary'], same.headers['content-encoding']]).toEqual([304, 'Accept-Encoding', undefined]); // prettier-ignore
  });

  it('are not looked for where that is turned off', async () => {
    const { headers } = await get('style.css', { HTTP_ACCEPT_ENCODING: 'br' }, { isPrecompressed: false });
    expect([headers['content-encoding'], headers['vary']]).toEqual([undefined, undefined]);
  });

  it('that lead out of the directory are not seen', async () => {
    const { headers, body } = await get('only.js', { HTTP_ACCEPT_ENCODING: 'br' });
    expect([headers['content-encoding'], body.toString()]).toEqual([undefined, 'only']);
  });
});

describe('a directory', () => {
  const index = { index: 'index.html' };

  it('is answered with its index, compressed as well', async () => {
    expect((await get('docs/', {}, index)).body.toString()).toBe('<p>docs');
    const zipped = await get('docs/', { HTTP_ACCEPT_ENCODING: 'gzip' }, index);
    expect([zipped.headers['content-encoding'], zipped.headers['content-type']]).toEqual(['gzip', 'text/html; charset=utf-8']); // prettier-ignore
  });

  it('without its slash is redirected, on this host and with the query', async () => {
    const { status, headers } = await get('docs', { QUERY_STRING: 'a=1&b' }, index);
    expect([status, headers['location']]).toEqual([301, '/static/docs/?a=1&b']);
    const elsewhere = await get(
      '',
      { PATH_INFO: '//evil.example/..//docs' },
      { ...index, path: '//evil.example/..' },
    );
    expect(elsewhere.headers['location'] ?? '/').toMatch(/^\/(?!\/)/);
    const slashes = await get('', { PATH_INFO: '//docs' }, { ...index, path: '/' });
    expect([slashes.status, slashes.headers['location']]).toEqual([301, '/docs/']);
  });

  it('is not found without an index, in the settings or in the directory', async () => {
    for (const [path, options] of [
      ['docs/', {}],
      ['docs', {}],
      ['', {}],
      ['bare/', index],
    ] as const)
      // prettier-ignore
      expect((await get(path, {}, options)).status).toBe(404);
  });
});

describe('what is not served', () => {
  it.each(['missing', '.env', '.git/config', 'docs/../.env', '../secret', '..', 'link.txt', '%2e%2e/secret'])(
    '%j is a page that says nothing of it',
    async (path) => {
      const { status, headers, body } = await get(path);
      expect([400, 404]).toContain(status);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(body.toString()).not.toContain('secret');
      expect(body.toString()).not.toContain(base);
    },
  );

  it('pages are JSON for those who want that', async () => {
    const { body } = await get('missing', { HTTP_ACCEPT: 'application/json' });
    expect(JSON.parse(body.toString())).toEqual({ status: 404, title: 'Not Found', text: 'There is no such file.' }); // prettier-ignore
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'get', ''])(
    'the method %j is refused with those that are not',
    async (method) => {
      const source = new RecordingSource();
      const body = new BodyStream(source, null);
      const { status, headers } = await get('style.css', { REQUEST_METHOD: method }, {}, body);
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
      body.push(Buffer.alloc(1_000_000));
      expect(source.isPaused).toBe(false);
    },
  );
});
