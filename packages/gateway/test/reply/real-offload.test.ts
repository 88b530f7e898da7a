// One worker with one thread, real sockets, and clients that do not read: the thread is free all the same.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomFillSync } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { RealGateway } from '../helpers/real-gateway.ts';
import { until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';
import { openFilesBelow } from './open-files.ts';
import { PausedClient } from './paused-client.ts';

const APP = `
import os
PIECE = bytes(range(250)) * 40

def generated(environ, start_response):
    start_response("200 OK", [("Content-Length", str(len(PIECE) * 1000))])
    for _ in range(1000):
        yield PIECE

def film(environ, start_response):
    start_response("200 OK", [("Content-Type", "video/mp4")])
    return environ["wsgi.file_wrapper"](open("film", "rb"))

def hello(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]

def application(environ, start_response):
    return {"/generated": generated, "/film": film, "/hello": hello}[environ["PATH_INFO"]](environ, start_response)
`;
const GENERATED = Buffer.from(Array.from({ length: 250 }, (_, at) => at));
const GENERATED_BYTES = 10_000_000;
const ONE_THREAD = { processes: '1', threads: '1' };

const temporary = new Temporary();
let gateway: RealGateway;
let spool = '';
beforeEach(() => {
  gateway = new RealGateway();
  gateway.write('app.py', APP);
  spool = temporary.directory();
});
afterEach(async () => {
  await gateway.close();
  expect([readdirSync(spool), openFilesBelow(spool)]).toEqual([[], []]);
  temporary.remove();
});

async function start(flags: Readonly<Record<string, string | boolean>> = {}): Promise<void> {
  await gateway.start({ ...ONE_THREAD, 'spool-directory': spool, 'access-log': true, ...flags });
}

/** The paths of the requests that are over, in that order. */
function requests(): unknown[] {
  return gateway.log.filter(({ message }) => message === 'request').map((line) => line['path']);
}

/** What the log says of the requests for a path. */
function outcomesOf(path: string): unknown[] {
  return gateway.log
    .filter((line) => line.message === 'request' && line['path'] === path)
    .map(({ outcome, status, bytes }) => [outcome, status, bytes]);
}

function writeFilm(bytes: number): string {
  const content = randomFillSync(Buffer.alloc(bytes));
  writeFileSync(`${gateway.directory}/film`, content);
  return createHash('sha256').update(content).digest('hex');
}

describe('a client that does not read 10 MB', () => {
  it('does not keep the only thread from the next request, and gets every byte in the end', async () => {
    await start();
    const client = await PausedClient.ask(gateway.url, '/generated');
    expect(await gateway.get('/hello')).toEqual([200, 'hello']);
    expect(outcomesOf('/generated')).toEqual([]);
    const { bodyBytes, digest } = await client.readAll();
    const expected = createHash('sha256');
    for (let at = 0; at < GENERATED_BYTES; at += 250) expected.update(GENERATED);
    expect([bodyBytes, digest]).toEqual([GENERATED_BYTES, expected.digest('hex')]);
    await until('it is logged', () => outcomesOf('/generated').length === 1);
    expect(outcomesOf('/generated')).toEqual([['complete', 200, GENERATED_BYTES]]);
  });

  it('leaves nothing in memory or on the disk when it goes', async () => {
    await start();
    const client = await PausedClient.ask(gateway.url, '/generated');
    expect(await gateway.get('/hello')).toEqual([200, 'hello']);
    client.destroy();
    await until('it is logged', () => outcomesOf('/generated').length === 1);
    expect(outcomesOf('/generated')[0]).toMatchObject(['cancelled', 200, expect.any(Number)]);
    await until('the file is closed', () => openFilesBelow(spool).length === 0);
  });

  it.each([
    ['closes', false],
    ['keeps', true],
  ])('and %s its connection is waited for when the gateway stops, and no longer', async (_name, isKept) => {
    await start();
    const client = await PausedClient.ask(gateway.url, '/generated', isKept);
    expect(await gateway.get('/hello')).toEqual([200, 'hello']);
    const stopped = gateway.gateway.stop();
    expect((await client.readAll()).bodyBytes).toBe(GENERATED_BYTES);
    await stopped;
  });

  it('holds the thread where nothing may be held, as it did before there were buffers', async () => {
    await start({ 'reply-memory': '0B', 'reply-max': '0B' });
    const client = await PausedClient.ask(gateway.url, '/generated');
    const hello = gateway.get('/hello');
    const received = client.readAll();
    expect(await hello).toEqual([200, 'hello']);
    expect((await received).bodyBytes).toBe(GENERATED_BYTES);
    await until('both are logged', () => requests().length === 2);
    expect(requests()).toEqual(['/generated', '/hello']);
  });
});

describe('wsgi.file_wrapper of a real file', () => {
  it('of 100 MB is sent whole by the gateway while the thread is free', async () => {
    const written = writeFilm(100_000_000);
    await start();
    const client = await PausedClient.ask(gateway.url, '/film');
    expect(await gateway.get('/hello')).toEqual([200, 'hello']);
    // Read in place: nothing of it waits in the spool.
    await until('the file is open', () => openFilesBelow(gateway.directory).length === 1);
    expect(openFilesBelow(spool)).toEqual([]);
    const { head, bodyBytes, digest } = await client.readAll();
    expect([bodyBytes, digest]).toEqual([100_000_000, written]);
    expect(head).toMatch(
      /^HTTP\/1.1 200 OK\r\n[^]*content-type: video\/mp4\r\ncontent-length: 100000000\r\n/i,
    );
    await until('the file is closed', () => openFilesBelow(gateway.directory).length === 0);
  });

  it('goes through the worker where that is wanted', async () => {
    const written = writeFilm(200_000);
    await start({ 'reply-files': false });
    const client = await PausedClient.ask(gateway.url, '/film');
    expect((await client.readAll()).digest).toBe(written);
  });
});
