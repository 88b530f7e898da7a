// What a user of a framework does: see a page, send a form, upload a file, keep a session.
import { beforeAll, expect, it } from '@jest/globals';
import { canImport, frameworkPythons } from '../harness/python.ts';
import {
  exchange,
  headerValues,
  json,
  text,
  whole,
  type HttpRequest,
  type HttpResponse,
} from '../harness/http.ts';
import { digest, PATTERN } from '../harness/pattern.ts';
import { describeWith } from '../harness/require.ts';
import { expectResponse } from '../cases/case.ts';
import { onePathPerProtocol } from '../paths/one-per-protocol.ts';
import { frontOfSuite } from './describe-path.ts';
import type { Front } from '../paths/path.ts';

const BOUNDARY = 'e2e-boundary';

/** A browser, as far as these pages need one: it keeps cookies and the token against forged forms. */
class Visitor {
  readonly #front: Front;
  readonly #cookies = new Map<string, string>();
  #token = '';

  constructor(front: Front) {
    this.#front = front;
  }

  async get(path: string): Promise<HttpResponse> {
    const response = await this.#send({ target: `/app${path}` });
    this.#token = /name="csrfmiddlewaretoken" value="(\w+)"/.exec(text(response))?.[1] ?? this.#token;
    return response;
  }

  postForm(path: string, fields: Readonly<Record<string, string>>): Promise<HttpResponse> {
    const body = new URLSearchParams({ csrfmiddlewaretoken: this.#token, ...fields }).toString();
    return this.#post(path, 'application/x-www-form-urlencoded', Buffer.from(body));
  }

  postFile(path: string, name: string, content: Buffer): Promise<HttpResponse> {
    const part = (disposition: string): string =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`;
    const body = Buffer.concat([
      Buffer.from(`${part('name="csrfmiddlewaretoken"')}${this.#token}\r\n`),
      Buffer.from(part(`name="file"; filename="${name}"`)),
      content,
      Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
    ]);
    return this.#post(path, `multipart/form-data; boundary=${BOUNDARY}`, body);
  }

  #post(path: string, contentType: string, body: Buffer): Promise<HttpResponse> {
    const headers = [['Content-Type', contentType]] as const;
    return this.#send({ method: 'POST', target: `/app${path}`, headers, body: whole(body) });
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = [...(request.headers ?? []), ...(cookies === '' ? [] : [['Cookie', cookies] as const])];
    const response = await exchange(this.#front.address, { ...request, headers });
    for (const line of headerValues(response, 'set-cookie')) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return response;
  }
}

/** Runs an example with every interpreter that has its framework, behind nginx and without it. */
export function describeFramework(module: string, target: string): void {
  for (const { name, path: python } of frameworkPythons(module)) {
    const part = { name: `${name} (${python})`, isPresent: canImport(python, module) };
    for (const path of onePathPerProtocol) {
      describeWith([part, ...path.needs], `${name} over ${path.name}`, () => {
        const front = frontOfSuite(path, { target, python, mount: '/app' });
        describePages(front);
      });
    }
  }
}

function describePages(front: () => Front): void {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = new Visitor(front());
    await visitor.get('/');
  });

  it('a page links below the mount point', async () => {
    const page = await visitor.get('/');
    expectResponse(page, { status: 200, headers: { 'content-type': ['text/html; charset=utf-8'] } });
    expect(text(page)).toContain('action="/app/greet"');
  });

  it('a form', async () => {
    const response = await visitor.postForm('/greet', { name: 'Zoë' });
    expectResponse(response, { status: 200, text: Buffer.from('Hello, Zoë!').toString('latin1') });
  });

  it.each([
    ['small', PATTERN.subarray(0, 1000)],
    ['spooled', Buffer.concat([PATTERN, PATTERN, PATTERN, PATTERN])],
  ])('a %s upload', async (_, content) => {
    const response = await visitor.postFile('/upload', 'pattern.bin', content);
    const expected = { name: 'pattern.bin', size: content.length, sha256: digest(content) };
    expectResponse(response, { status: 200, json: expected });
  });

  it('a session for each visitor', async () => {
    const other = new Visitor(front());
    const counts = [await visitor.get('/visits'), await visitor.get('/visits'), await other.get('/visits')];
    expect(counts.map(json)).toEqual([{ visits: 1 }, { visits: 2 }, { visits: 1 }]);
  });

  it('404 of the framework', async () => {
    expectResponse(await visitor.get('/nowhere'), { status: 404 });
  });
}
