import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  encodeBeginRequest,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  RecordType,
  Role,
} from '../src/index.ts';
import { answerTo, bodyOf, Live } from './helpers/live.ts';

let live: Live;
afterEach(async () => {
  await live.close();
});

describe('a server', () => {
  it('answers over TCP and keeps the connection for the next request', async () => {
    live = await new Live((request, response) => {
      response.setHeader('Content-Type', 'text/plain');
      response.end(`${request.method} ${request.url}`);
    }).onPort();
    for (const path of ['/a', '/b']) {
      const { response, body } = await live.fetch({ params: { REQUEST_URI: path } });
      expect(response.statusCode).toBe(200);
      expect(response.statusMessage).toBe('OK');
      expect(response.rawHeaders).toEqual([
        ['Content-Type', 'text/plain'],
        ['Content-Length', '6'],
      ]);
      expect(body.toString()).toBe(`GET ${path}`);
      expect(response.appStatus).toBe(0);
    }
    expect(live.agent.connectionCount).toBe(1);
  });

  it('answers over a Unix socket and echoes a large body under back-pressure', async () => {
    live = await new Live((request, response) => {
      request.pipe(response);
    }).onPath();
    const sent = Buffer.alloc(3_000_000, 'sluice');
    const outgoing = live.request({
      params: { REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(sent.length) },
    });
    outgoing.end(sent);
    const { body } = await answerTo(outgoing);
    expect(body.equals(sent)).toBe(true);
  });

  it('gives variables, headers and roles to the listener', async () => {
    let seen: unknown;
    live = await new Live((request, response) => {
      seen = { headers: { ...request.headers }, url: request.url, role: request.role };
      response.end();
    }).onPort();
    await live.fetch({
      body: 'x',
      params: {
        HTTP_X_ONE: '1',
        CONTENT_TYPE: 'text/x',
        SCRIPT_NAME: '/app',
        PATH_INFO: '/p',
        QUERY_STRING: 'q=1',
      },
    });
    expect(seen).toEqual({
      headers: { 'x-one': '1', 'content-type': 'text/x', 'content-length': '1' },
      url: '/app/p?q=1',
      role: Role.RESPONDER,
    });
  });

  it('drops the body of an answer to HEAD but keeps its length', async () => {
    live = await new Live((_request, response) => response.end('12345')).onPort();
    const { response, body } = await live.fetch({ params: { REQUEST_METHOD: 'HEAD' } });
    expect(response.headers['content-length']).toBe('5');
    expect(body.length).toBe(0);
  });

  it('carries STDERR and the exit code to the web server', async () => {
    live = await new Live((_request, response) => {
      response.stderr.write('warning: x\n');
      response.appStatus = 3;
      response.end('done');
    }).onPort();
    const { response } = await live.fetch();
    expect(response.stderr().toString()).toBe('warning: x\n');
    expect(response.appStatus).toBe(3);
  });

  it('fails the body with FCGI_BODY_TRUNCATED when it is shorter than announced', async () => {
    live = await new Live((request, response) => {
      bodyOf(request).catch((error: { code: string }) => response.end(error.code));
    }).onPort();
    const outgoing = live.request({ params: { CONTENT_LENGTH: '10' } });
    outgoing.end('abc');
    expect((await answerTo(outgoing)).body.toString()).toBe('FCGI_BODY_TRUNCATED');
  });

  it('drops body bytes beyond the announced length', async () => {
    live = await new Live((request, response) => {
      request.pipe(response);
    }).onPort();
    const outgoing = live.request({ params: { CONTENT_LENGTH: '3' } });
    outgoing.end('abcdef');
    expect((await answerTo(outgoing)).body.toString()).toBe('abc');
  });

  it('answers 400 to a length that is no number', async () => {
    live = await new Live((_request, response) => response.end()).onPort();
    const { response } = await live.fetch({ params: { CONTENT_LENGTH: '-1' } });
    expect(response.statusCode).toBe(400);
    expect(live.protocolErrors).toEqual(['FCGI_PARAM_INVALID']);
  });

  it('aborts the signal and cuts the body when the web server closes', async () => {
    let aborted: ((code: unknown) => void) | undefined;
    const code = new Promise((resolve) => {
      aborted = resolve;
    });
    live = await new Live((request) => {
      request.signal.addEventListener('abort', () =>
        aborted?.((request.signal.reason as { code: string }).code),
      );
      outgoing.destroy();
    }).onPort();
    const outgoing = live.request({ body: '' });
    expect(await code).toBe('FCGI_ABORTED');
  });

  it('reads no more than it may hold until the listener reads', async () => {
    let read: (() => void) | undefined;
    let readBytes = 0;
    const length = 8_000_000;
    live = await new Live(
      (request, response) => {
        read = () => {
          request.on('data', (chunk: Buffer) => (readBytes += chunk.length));
          request.on('end', () => response.end('read'));
        };
      },
      { limits: { heldBytes: 1000 } },
    ).onPath();
    const outgoing = live.request({ params: { REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(length) } });
    let isWritten = false;
    outgoing.end(Buffer.alloc(length), () => (isWritten = true));
    const answer = answerTo(outgoing);
    await once(live.server, 'request');
    // Far more turns of the loop than it takes to write all that is read.
    for (let turn = 0; turn < 2000; turn += 1) await new Promise(setImmediate);
    expect(isWritten).toBe(false);
    read?.();
    expect((await answer).body.toString()).toBe('read');
    expect(readBytes).toBe(length);
  });

  it('reports a peer that does not speak FastCGI, and closes', async () => {
    live = await new Live((_request, response) => response.end()).onPort();
    const socket = connect({ port: live.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => socket.on('close', resolve));
    expect(live.protocolErrors).toEqual(['FCGI_VERSION']);
  });

  it('survives it when the listener pipes and listens for no error', async () => {
    let closed: Promise<unknown> | undefined;
    live = await new Live((request, response) => {
      closed = once(response, 'close');
      request.pipe(response);
    }).onPort();
    const outgoing = live.request({ params: { REQUEST_METHOD: 'POST' } });
    outgoing.write('part');
    await once(outgoing, 'response');
    outgoing.destroy();
    await closed;
    expect((await live.fetch({ body: 'again' })).body.toString()).toBe('again');
  });

  it('cuts the answer so that the web server notices when a response is destroyed', async () => {
    live = await new Live((_request, response) => {
      response.write('part', () => response.destroy());
    }).onPort();
    await expect(live.fetch()).rejects.toMatchObject({ name: 'FastCgiError', fault: 'remote' });
  });

  it('answers a web server that sends its whole body before it reads', async () => {
    live = await new Live((_request, response) => {
      response.statusCode = 413;
      response.end('too large');
    }).onPort();
    const socket = connect({ port: live.port, host: '127.0.0.1' });
    const received: Buffer[] = [];
    socket.pause();
    socket.write(encodeBeginRequest(1, Role.RESPONDER, false));
    socket.write(encodeParams(1, [['REQUEST_METHOD', 'POST']]));
    socket.write(encodeStream(RecordType.STDIN, 1, Buffer.alloc(4_000_000)));
    socket.write(encodeStreamEnd(RecordType.STDIN, 1), () => socket.resume());
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    await once(socket, 'end');
    socket.destroy();
    expect(Buffer.concat(received).toString('latin1')).toContain('Status: 413');
    expect(Buffer.concat(received).toString('latin1')).toContain('too large');
  });

  it('closes a body that will never be complete once the answer is out', async () => {
    let closed: Promise<unknown> | undefined;
    live = await new Live((request, response) => {
      closed = once(request, 'close');
      response.end('enough');
    }).onPort();
    const outgoing = live.request({ params: { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '100' } });
    outgoing.write('only this');
    expect((await answerTo(outgoing)).body.toString()).toBe('enough');
    await closed;
  });

  it('lets an Authorizer allow with variables and deny with an answer', async () => {
    live = await new Live((request, response) => {
      if (request.params.get('REMOTE_USER') === 'me') response.allow({ AUTH_METHOD: 'token' });
      else response.deny(401, { 'WWW-Authenticate': 'Basic' }, 'no');
    }).onPort();
    const yes = await live.fetch({
      role: Role.AUTHORIZER,
      params: { REMOTE_USER: 'me', PATH_INFO: '/left-out' },
    });
    expect([yes.response.statusCode, yes.response.headers['variable-auth_method']]).toEqual([200, 'token']);
    const no = await live.fetch({ role: Role.AUTHORIZER });
    expect([no.response.statusCode, no.body.toString()]).toEqual([401, 'no']);
  });

  it('gives a Filter its file after its input', async () => {
    live = await new Live((request, response) => {
      void (async () => {
        const input = await bodyOf(request);
        const file = request.data === undefined ? Buffer.alloc(0) : await bodyOf(request.data);
        response.end(`${input.toString()}|${file.length}`);
      })();
    }).onPort();
    const outgoing = live.request({ role: Role.FILTER, params: { FCGI_DATA_LENGTH: '500000' } });
    outgoing.data?.end(Buffer.alloc(500_000));
    outgoing.end('input');
    expect((await answerTo(outgoing)).body.toString()).toBe('input|500000');
  });
});
