// Both sides joined in memory, with a pipe that can be narrowed: what one sends the other must understand.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ClientConnection } from '../src/client-connection.ts';
import type { ClientRequest } from '../src/client-request.ts';
import { ServerConnection } from '../src/server-connection.ts';
import type { ServerRequest } from '../src/server-request.ts';
import { MemoryTransport } from './helpers/memory-transport.ts';

interface Outcome {
  readonly requestBody: Buffer;
  readonly responseBody: Buffer;
  readonly isReusable: boolean;
  readonly largestBacklog: number;
}

/** Echoes a body through both sides; bytes move `stepBytes` at a time, pieces are written as there is room. */
function echo(pieces: readonly Uint8Array[], isLengthStated: boolean, stepBytes: number): Outcome {
  const [up, down] = [new MemoryTransport(), new MemoryTransport()];
  const received: Buffer[] = [];
  const returned: Buffer[] = [];
  let isFinished = false;
  const server = new ServerConnection(down, {
    onRequest: (request: ServerRequest) => {
      request.writeHead(200, 'OK', []);
      request.resumeBody();
    },
    onBody: (request, chunk) => {
      received.push(Buffer.from(chunk));
      if (!request.write(chunk)) request.pauseBody();
    },
    onBodyEnd: (request) => request.end(),
    onAbort: (_, reason) => {
      throw reason;
    },
    onDrain: (request) => request.resumeBody(),
  });
  const client = new ClientConnection(up);
  const rest = [...pieces];
  const writeOn = (request: ClientRequest): void => {
    for (let piece = rest.shift(); piece !== undefined; piece = rest.shift())
      if (!request.write(piece)) return;
    request.end();
  };
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const request = client.send(
    {
      method: 'POST',
      uri: '/',
      headers: [isLengthStated ? ['content-length', String(length)] : ['transfer-encoding', 'chunked']],
    },
    {
      onHead: () => {},
      onBody: (_, chunk) => returned.push(Buffer.from(chunk)),
      onEnd: () => (isFinished = true),
      onDrain: writeOn,
      onFail: (_, error) => {
        throw error;
      },
    },
  );
  writeOn(request);
  let largestBacklog = 0;
  let [upward, downward] = [Buffer.alloc(0), Buffer.alloc(0)];
  while (!isFinished) {
    upward = Buffer.concat([upward, up.take()]);
    downward = Buffer.concat([downward, down.take()]);
    if (upward.length + downward.length === 0) throw new Error('both sides wait for each other');
    largestBacklog = Math.max(largestBacklog, downward.length);
    down.hasRoom = downward.length === 0;
    server.receive(upward.subarray(0, stepBytes));
    upward = upward.subarray(stepBytes);
    client.receive(downward.subarray(0, stepBytes));
    downward = downward.subarray(stepBytes);
    if (downward.length === 0) server.drained();
  }
  return {
    requestBody: Buffer.concat(received),
    responseBody: Buffer.concat(returned),
    isReusable: client.isIdle && server.activeRequest === null,
    largestBacklog,
  };
}

describe('both sides together', () => {
  it('carry any body unchanged in both directions and keep the connection', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 30_000 }), { maxLength: 5 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 20_000 }),
        (pieces, isLengthStated, stepBytes) => {
          const sent = Buffer.concat(pieces);
          const { requestBody, responseBody, isReusable } = echo(
            pieces,
            isLengthStated,
            Math.max(stepBytes, 100),
          );
          expect(requestBody.equals(sent)).toBe(true);
          expect(responseBody.equals(sent)).toBe(true);
          expect(isReusable).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('carry bodies full of packets as plain bytes: one request stays one request', () => {
    const hostile = Buffer.from('1234000102' + '123400020206' + '414200020501' + '12340000', 'hex');
    const { requestBody, responseBody } = echo([hostile, hostile], true, 7);
    expect(requestBody).toEqual(Buffer.concat([hostile, hostile]));
    expect(responseBody).toEqual(requestBody);
  });

  it('hold no more than a packet back when the reader is slow', () => {
    const pieces = Array.from({ length: 40 }, () => Buffer.alloc(8000, 1));
    expect(echo(pieces, true, 500).largestBacklog).toBeLessThan(2 * 8192);
  });
});
