import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, createServer, parseWebServerAddresses, type ServerResponse } from '../src/index.ts';
import { Live } from './helpers/live.ts';

let live: Live;
afterEach(async () => {
  await live.close();
});

describe('an idle connection', () => {
  it('is closed after the idle time, and one with a request is not', async () => {
    const pending: ServerResponse[] = [];
    live = await new Live((_request, response) => pending.push(response), { idleTimeoutMs: 200 }).onPort();
    const idle = connect({ port: live.port, host: '127.0.0.1' });
    const answer = live.fetch();
    idle.resume();
    await once(idle, 'close');
    pending[0]?.end('still there');
    expect((await answer).body.toString()).toBe('still there');
    while (live.agent.connectionCount > 0) await new Promise(setImmediate);
  });
});

describe('mistakes of the listener', () => {
  it('are thrown where they are made', async () => {
    const codes: string[] = [];
    const attempt = (action: () => unknown): void => {
      try {
        action();
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
    };
    live = await new Live((_request, response) => {
      attempt(() => response.setHeader('A', 'x\r\nB: y'));
      attempt(() => response.setHeader('Status', '500'));
      attempt(() => response.allow());
      response.setHeader('X-Kept', '1').appendHeader('X-Kept', '2').setHeader('X-Gone', '1');
      response.removeHeader('x-gone');
      response.flushHeaders();
      attempt(() => response.setHeader('Late', '1'));
      response.end(JSON.stringify(response.getHeader('x-kept')));
    }).onPort();
    const { response, body } = await live.fetch();
    expect(codes).toEqual([
      'FCGI_HEADER_INVALID',
      'FCGI_HEADER_INVALID',
      'FCGI_HEADER_INVALID',
      'FCGI_RESPONSE_STARTED',
    ]);
    expect(response.rawHeaders).toEqual([
      ['X-Kept', '1'],
      ['X-Kept', '2'],
    ]);
    expect(body.toString()).toBe('["1","2"]');
  });
});

describe('a status that cannot be sent', () => {
  it('is told as an error of the response, and the answer is cut', async () => {
    let failure: Promise<unknown> | undefined;
    live = await new Live((_request, response) => {
      failure = new Promise((resolve) => response.on('error', resolve));
      expect(response.headersSent).toBe(false);
      response.statusCode = 99;
      response.end('x');
    }).onPort();
    await expect(live.fetch()).rejects.toMatchObject({ name: 'FastCgiError' });
    expect(await failure).toMatchObject({ code: 'FCGI_HEADER_INVALID', fault: 'local' });
  });
});

describe('limits that are none', () => {
  it('are refused before anybody connects', () => {
    expect(() => createServer({ limits: { requests: -1 } }, () => undefined)).toThrow(
      expect.objectContaining({ code: 'FCGI_OPTION_INVALID' }),
    );
  });
});

describe('closing', () => {
  it('lets the request in progress finish and refuses new connections', async () => {
    let finish: (() => void) | undefined;
    const started = new Promise<void>((resolve) => {
      live = new Live((_request, response) => {
        finish = () => response.end('late');
        resolve();
      });
    });
    await live.onPort();
    const answer = live.fetch();
    await started;
    const closed = live.server.close();
    finish?.();
    expect((await answer).body.toString()).toBe('late');
    await closed;
    await expect(live.fetch({ agent: false })).rejects.toMatchObject({ code: 'FCGI_TRANSPORT' });
  });

  it('cuts what is left at the deadline', async () => {
    live = await new Live(() => undefined).onPort();
    const answer = live.fetch();
    await once(live.server, 'request');
    const [outcome] = await Promise.allSettled([answer, live.server.close({ timeoutMs: 1 })]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'FastCgiError' } });
  });
});

describe('the allow list', () => {
  it('is read from its text form', () => {
    expect(parseWebServerAddresses(undefined)).toBeUndefined();
    expect(parseWebServerAddresses('')).toBeUndefined();
    expect(parseWebServerAddresses('127.0.0.1, 10.0.0.2')).toEqual(['127.0.0.1', '10.0.0.2']);
  });

  it('lets a listed peer in', async () => {
    live = await new Live((_request, response) => response.end('in'), {
      allowedAddresses: ['127.0.0.1'],
    }).onPort();
    expect((await live.fetch()).body.toString()).toBe('in');
  });

  it('closes on a peer that is not listed, and on every peer that is not on TCP', async () => {
    live = await new Live((_request, response) => response.end('in'), {
      allowedAddresses: ['10.9.8.7'],
    }).onPort();
    await expect(live.fetch()).rejects.toMatchObject({ name: 'FastCgiError' });
    await live.close();
    live = await new Live((_request, response) => response.end('in'), {
      allowedAddresses: ['127.0.0.1'],
    }).onPath();
    await expect(live.fetch({ agent: new Agent({ keepConnection: false }) })).rejects.toMatchObject({
      name: 'FastCgiError',
    });
  });
});
