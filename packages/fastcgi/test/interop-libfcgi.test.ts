// The reference implementation in C on the other side: libfcgi's client against our server, our client against a
// responder on libfcgi, and our server spawned on descriptor 0.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { Agent, request, type RequestListener } from '../src/index.ts';
import { describeWith, hasProgram, runProgram, type Finished } from './helpers/binaries.ts';
import { answerTo, bodyOf, Live, type Answer } from './helpers/live.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const hasClient = hasProgram('cgi-fcgi');
const hasLibrary = hasProgram('gcc') && existsSync('/usr/include/fcgiapp.h');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fastcgi-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

describeWith(hasClient, 'cgi-fcgi (libfcgi-bin)', 'cgi-fcgi against our server', () => {
  let live: Live;
  afterEach(async () => {
    await live.close();
  });

  async function cgiFcgi(
    listener: RequestListener,
    env: Record<string, string>,
    input?: Buffer,
  ): Promise<Finished> {
    live = await new Live(listener).onPath();
    const where = live.where.socketPath ?? '';
    return runProgram(
      'cgi-fcgi',
      ['-bind', '-connect', where],
      { env: { PATH: process.env['PATH'], ...env } },
      input,
    );
  }

  it('gets the answer, head and body', async () => {
    const { code, stdout } = await cgiFcgi(
      (incoming, response) => {
        response.setHeader('Content-Type', 'text/plain');
        response.end(`${incoming.method} ${incoming.params.get('QUERY_STRING')}`);
      },
      { REQUEST_METHOD: 'GET', QUERY_STRING: 'a=1' },
    );
    expect(stdout.toString()).toBe(
      'Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nGET a=1',
    );
    expect(code).toBe(0);
  });

  it('sends a body and gets it back', async () => {
    const body = Buffer.alloc(200_000, 'sluice');
    const { stdout } = await cgiFcgi(
      (incoming, response) => {
        incoming.pipe(response);
      },
      { REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(body.length) },
      body,
    );
    expect(stdout.subarray(stdout.indexOf('\r\n\r\n') + 4).equals(body)).toBe(true);
  });

  it('exits with our appStatus and prints our STDERR', async () => {
    const { code, stderr } = await cgiFcgi(
      (_incoming, response) => {
        response.appStatus = 9;
        response.stderr.write('to the log\n');
        response.end();
      },
      { REQUEST_METHOD: 'GET' },
    );
    expect(code).toBe(9);
    expect(stderr).toContain('to the log');
  });
});

describeWith(hasLibrary, 'gcc or libfcgi-dev', 'our client against a responder on libfcgi', () => {
  let responder: ChildProcess;
  let socketPath: string;
  const agent = new Agent({ maxConnections: 1 });

  beforeAll(async () => {
    const program = join(directory, 'responder');
    const compiled = await runProgram('gcc', ['-o', program, path('./helpers/responder.c'), '-lfcgi']);
    expect(compiled).toMatchObject({ code: 0, stderr: '' });
    socketPath = join(directory, 'responder.sock');
    responder = spawn(program, [socketPath], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (responder.stdout !== null) await once(responder.stdout, 'data');
  });
  afterAll(async () => {
    if (responder.exitCode === null) {
      responder.kill();
      await once(responder, 'exit');
    }
  });

  async function fetch(uri: string, body: string | Buffer = ''): Promise<Answer> {
    return answerTo(
      request({ socketPath, agent, body, params: { REQUEST_METHOD: 'POST', REQUEST_URI: uri } }),
    );
  }

  it('gets status, headers, STDERR and exit code', async () => {
    const { response, body } = await fetch('/none');
    expect([response.statusCode, response.statusMessage, response.headers['x-query']]).toEqual([
      404,
      'Not Found',
      '',
    ]);
    expect(response.stderr().toString()).toBe('log for /none\n');
    expect(response.appStatus).toBe(7);
    expect(body.length).toBe(0);
  });

  it.each([0, 1, 65_535, 1_000_000])('gets %i bytes back, on one kept connection', async (length) => {
    const body = Buffer.alloc(length, 'sluice');
    const answer = await fetch('/echo', body);
    expect(answer.body.equals(body)).toBe(true);
    expect(agent.connectionCount).toBe(1);
  });

  it('reads a large answer with LF line ends', async () => {
    const { response, body } = await fetch('/big');
    expect([response.statusCode, body.length]).toEqual([200, 1_100_000]);
    expect(body.subarray(-11).toString()).toBe('line 99999\n');
  });

  it('waits its turn, because libfcgi says it cannot multiplex', async () => {
    const polite = new Agent({ maxConnections: 1, concurrency: 8 });
    agent.close();
    const answers = await Promise.all(
      ['a', 'b', 'c'].map(async (body) =>
        answerTo(request({ socketPath, agent: polite, body, params: { REQUEST_URI: '/echo' } })),
      ),
    );
    expect(answers.map(({ body }) => body.toString())).toEqual(['a', 'b', 'c']);
    await answerTo(request({ socketPath, agent: polite, body: '', params: { REQUEST_URI: '/quit' } }));
    polite.close();
    expect(await once(responder, 'exit')).toEqual([0, null]);
  });
});

describeWith(hasClient, 'cgi-fcgi (libfcgi-bin)', 'our server spawned by a web server', () => {
  it('listens on descriptor 0', async () => {
    const compiled = join(directory, 'dist');
    const tsc = path('../../../node_modules/.bin/tsc');
    const built = await runProgram(tsc, ['-p', path('..'), '--outDir', compiled]);
    expect(built).toMatchObject({ code: 0 });
    expect(await readdir(compiled)).toContain('index.js');
    await writeFile(join(compiled, 'package.json'), '{"type":"module"}');
    const application = join(compiled, 'application.mjs');
    const script = [
      `#!${process.execPath}`,
      "import { createServer, isFastCgiProcess } from './index.js';",
      'const server = createServer((request, response) => {',
      '  response.end(String(isFastCgiProcess()));',
      '  if (request.url === "/quit") void server.close();',
      '}).listen();',
    ];
    await writeFile(application, script.join('\n'));
    await chmod(application, 0o755);
    const where = join(directory, 'spawned.sock');
    const started = await runProgram('cgi-fcgi', ['-start', '-connect', where, application]);
    expect(started).toMatchObject({ code: 0 });
    const { body } = await answerTo(request({ socketPath: where, agent: false, body: '' }));
    expect(body.toString()).toBe('true');
    const last = request({ socketPath: where, agent: false, body: '', params: { REQUEST_URI: '/quit' } });
    last.once('response', (response) => void bodyOf(response));
    await once(last, 'close');
  });
});
