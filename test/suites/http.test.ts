// The gateway's own HTTP server: the behaviour table, and what only a client without a proxy in between can do.
import { describe, expect, it } from '@jest/globals';
import { expectHealthy, expectResponse } from '../cases/case.ts';
import { exchange, formatHead, readResponse, text } from '../harness/http.ts';
import { RawConnection } from '../harness/raw-connection.ts';
import { beginStaged } from '../harness/staged-request.ts';
import { patternBody } from '../harness/pattern.ts';
import { directHttp, directHttps } from '../paths/direct-http.ts';
import { describePath, frontOfSuite } from './describe-path.ts';

for (const path of [directHttp, directHttps]) describePath(path);

describe('HTTP, byte by byte', () => {
  const front = frontOfSuite(directHttp, {
    expectedLog: [/SLUICE_BAD_REQUEST/, /SLUICE_BODY_TOO_LARGE/, /SLUICE_HEAD_TOO_LARGE/],
    toml: ['[limits]', 'variables = "64KiB"'],
    body: ['max = "1MiB"'],
  });

  it('answers pipelined requests in order', async () => {
    const connection = await RawConnection.open(front().address);
    const targets = ['/status?code=201', '/hello', '/no-content', '/status?code=404', '/hello'];
    await connection.send(targets.map((target) => formatHead({ target })).join(''));
    const statuses: unknown[] = [];
    for (const target of targets) statuses.push([target, (await readResponse(connection))?.status]);
    expect(statuses).toEqual(targets.map((target, index) => [target, [201, 200, 204, 404, 200][index]]));
    connection.close();
  });

  it('keeps the connection after a response without a body', async () => {
    const connection = await RawConnection.open(front().address);
    for (const request of [
      { method: 'HEAD', target: '/hello' },
      { target: '/no-content' },
      { method: 'HEAD', target: '/pattern?size=100000' },
      { target: '/hello' },
    ]) {
      await connection.send(formatHead(request));
      const response = await readResponse(connection, request.method);
      expect(response?.isComplete).toBe(true);
    }
    connection.close();
  });

  it('takes a client that half-closes for one that has left, as nginx does', async () => {
    const { connection, actor } = await beginStaged(front(), '/holds');
    connection.halfClose();
    expect(await readResponse(connection)).toBeUndefined();
    actor.say('go on');
    await actor.told('closed');
    connection.close();
    await expectHealthy(front());
  });

  it('lets slow uploads hold no worker', async () => {
    const body = 'slow';
    const uploads = await Promise.all(Array.from({ length: 8 }, () => RawConnection.open(front().address)));
    const head = formatHead({ method: 'POST', target: '/echo', headers: [['Content-Length', '4']] });
    for (const upload of uploads) await upload.send(head);
    for (const byte of body) {
      for (const upload of uploads) await upload.send(byte);
      if (byte !== 'w') await expectHealthy(front());
    }
    for (const upload of uploads) {
      const response = await readResponse(upload);
      expect(response && text(response)).toBe(body);
      upload.close();
    }
  });

  it('says 100 Continue to a client that waits for it', async () => {
    const connection = await RawConnection.open(front().address);
    const headers = [
      ['Content-Length', '4'],
      ['Expect', '100-continue'],
    ] as const;
    await connection.send(formatHead({ method: 'POST', target: '/echo', headers }));
    expect((await connection.readUntil('\r\n\r\n'))?.toString()).toMatch(/^HTTP\/1\.1 100 /);
    await connection.send('body');
    const response = await readResponse(connection);
    expect(response && text(response)).toBe('body');
    connection.close();
  });

  it('answers HTTP/1.0 and closes', async () => {
    const connection = await RawConnection.open(front().address);
    await connection.send('GET /hello HTTP/1.0\r\n\r\n');
    const response = await readResponse(connection);
    expect(response && text(response)).toBe('hello\n');
    expect(await connection.read()).toBeUndefined();
    connection.close();
  });

  it('takes the path from a target in absolute form', async () => {
    const response = await exchange(front().address, { target: 'http://localhost/environ?a=b' });
    expectResponse(response, { status: 200, json: { PATH_INFO: '/environ', QUERY_STRING: 'a=b' } });
  });

  it.each([
    ['a line that is no request', 'hello there\r\n\r\n', 400],
    ['a request without Host', 'GET /hello HTTP/1.1\r\n\r\n', 400],
    ['a header without a colon', 'GET /hello HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n', 400],
    ['a space before the colon', 'GET /hello HTTP/1.1\r\nHost : a\r\n\r\n', 400],
    [
      'two lengths',
      'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a head that is too large', `GET /hello HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, 431],
  ])('refuses %s', async (_, bytes, status) => {
    const connection = await RawConnection.open(front().address);
    await connection.send(bytes);
    const response = await readResponse(connection);
    expect(response?.status).toBe(status);
    connection.close();
    await expectHealthy(front());
  });

  it.each([
    ['announced', { sizeBytes: 1024 * 1024 + 1, blocks: [] }],
    ['chunked', { sizeBytes: null, blocks: [Buffer.alloc(700_000), Buffer.alloc(700_000)] }],
  ])('answers 413 to an %s body over the limit', async (_, body) => {
    const response = await exchange(front().address, { method: 'POST', target: '/digest', body });
    expect(response.status).toBe(413);
    await expectHealthy(front());
  });

  it('takes a body of exactly the limit', async () => {
    const body = patternBody(1024 * 1024);
    const response = await exchange(front().address, { method: 'POST', target: '/digest', body });
    expectResponse(response, { status: 200, json: { size: 1024 * 1024 } });
  });
});
