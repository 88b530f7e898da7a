// Where a lane's bytes are received: in larger blocks while a long body comes, and never over what is still lent.
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { readLane } from '../../src/backends/workers/lane-input.ts';
import { Block, BLOCK_BYTES, giveBack, LARGE_BLOCK_BYTES } from '../../src/exchange/blocks.ts';

const open: Socket[] = [];

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** The gateway's end of a lane and the worker's. */
async function lane(): Promise<[gateway: Socket, worker: Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const worker = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [gateway] = (await once(server, 'connection')) as [Socket];
  server.close();
  open.push(gateway, worker);
  return [gateway, worker];
}

/** Bytes that are not the same anywhere. */
function numbered(byteCount: number): Buffer {
  return Buffer.from(Uint32Array.from({ length: byteCount / 4 }, (_, index) => index).buffer);
}

describe('a lane', () => {
  it('is read into larger blocks while a long body comes, and into the usual ones again behind it', async () => {
    const [gateway, worker] = await lane();
    const body = numbered(1024 * 1024);
    const sizes: number[] = [];
    let leftBytes = body.length;
    readLane(gateway, (chunk) => {
      sizes.push(Block.of(chunk)?.bytes.length ?? 0);
      leftBytes -= chunk.length;
      if (leftBytes === 0) worker.end('what is next');
      return leftBytes;
    });
    worker.write(body);
    await once(gateway, 'end');
    expect([sizes[0], sizes[1]]).toEqual([BLOCK_BYTES, LARGE_BLOCK_BYTES]);
    expect(sizes.at(-1)).toBe(BLOCK_BYTES);
  });

  it.each([
    ['all of it is kept', () => false],
    ['all of it is given back at once', () => true],
    ['some of it is given back', (place: number) => place % 3 > 0],
  ])('writes over nothing that is lent, if %s', async (_name, isGivenBack) => {
    const [gateway, worker] = await lane();
    const body = numbered(2 * 1024 * 1024);
    const lent: { bytes: Buffer; from: number }[] = [];
    let [received, reads] = [0, 0];
    readLane(gateway, (chunk) => {
      const bytes = Block.of(chunk)?.lend(chunk) ?? chunk;
      if (isGivenBack(reads++)) giveBack(bytes);
      else lent.push({ bytes, from: received });
      received += chunk.length;
      return body.length - received;
    });
    worker.end(body);
    await once(gateway, 'end');
    expect(received).toBe(body.length);
    for (const { bytes, from } of lent) {
      expect(bytes.equals(body.subarray(from, from + bytes.length))).toBe(true);
      giveBack(bytes);
    }
  });
});
