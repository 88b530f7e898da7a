// What a FastCGI front tells of web servers it refused.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeBeginRequest, encodeParams, Role } from '@sluice/fastcgi';
import { FastCgiFront } from '../../src/fronts/fastcgi.ts';
import type { Refusal } from '../../src/fronts/fastcgi-refusals.ts';
import { begin, replyTo, stdinEnd } from '../helpers/fastcgi-peer.ts';
import { FrontBench } from '../helpers/front-bench.ts';

describe('what is told of web servers that were refused', () => {
  const told: Refusal[] = [];
  let bench: FrontBench;
  beforeEach(async () => {
    told.length = 0;
    bench = await FrontBench.listen(
      (options) => new FastCgiFront({ ...options, refused: (_peer, refusal) => told.push(refusal) }),
    );
  });
  afterEach(() => bench.close());

  it('is why a connection was closed, once in a while', async () => {
    for (let times = 0; times < 3; times++) {
      const client = await bench.connect();
      client.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
      await client.ended();
    }
    expect(told).toMatchObject([{ code: 'FCGI_VERSION', message: expect.stringContaining('speak FastCGI') }]);
  });

  it('is why a request was answered with 400: two lengths', async () => {
    const client = await bench.connect();
    const lengths = ['5', '400'].map((length) => ['CONTENT_LENGTH', length] as const);
    client.send(encodeBeginRequest(1, Role.RESPONDER, true), encodeParams(1, lengths), stdinEnd(1));
    expect((await replyTo(client, 1)).stdout).toMatch(/^Status: 400 /);
    expect(told).toMatchObject([{ code: 'CONTENT_LENGTH', message: 'CONTENT_LENGTH is 5 and 400' }]);
    expect(bench.exchanges).toEqual([]);
  });

  it('is nothing where a connection broke off', async () => {
    const client = await bench.connect();
    client.send(begin(1).subarray(0, 20));
    client.socket.end();
    await client.ended();
    expect(told).toEqual([]);
  });
});
