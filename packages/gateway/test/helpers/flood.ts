// A reply that is much larger than any buffer on its way, and the proof that a client which takes nothing holds it up.
import { expect } from '@jest/globals';
import { setImmediate as nextRound } from 'node:timers/promises';
import type { Upstream } from '../../src/backends/upstreams/upstream.ts';
import { makeExchange, type ExchangeParts } from './exchanges.ts';
import { until } from './settled.ts';

const PIECE = Buffer.alloc(65_536);
const FLOOD_BYTES = 64 * 1_048_576;
/** All that the buffers between server and client may hold, and how much may still be on its way to the client. */
const HELD_BYTES_MAX = 16 * 1_048_576;
const LATE_BYTES_MAX = 1_048_576;

/** Where a server writes its reply. */
interface Target {
  write(bytes: Buffer): boolean;
  end(): unknown;
  on(event: 'drain', listener: () => void): unknown;
}

/** The server's side. */
export class Flood {
  writtenBytes = 0;
  isHeldUp = false;

  /** Writes all of it, as fast as the target takes it, and ends it. */
  into(target: Target): void {
    const write = (): void => {
      while (this.writtenBytes < FLOOD_BYTES && !this.isHeldUp) {
        this.writtenBytes += PIECE.length;
        this.isHeldUp = !target.write(PIECE);
      }
      if (!this.isHeldUp) target.end();
    };
    target.on('drain', () => {
      this.isHeldUp = false;
      write();
    });
    write();
  }
}

/** Asks for the flood with a client that takes nothing; then it takes everything. */
export async function expectHeldUp(
  upstream: Upstream,
  flood: Flood,
  parts: ExchangeParts = {},
): Promise<void> {
  const { exchange, reply, done } = makeExchange(parts);
  reply.isWritable = false;
  upstream.handle(exchange);
  await until('the server is held up', () => flood.isHeldUp);
  const before = exchange.sentBytes;
  for (let turn = 0; turn < 50; turn++) await nextRound();
  expect(exchange.sentBytes - before).toBeLessThan(LATE_BYTES_MAX);
  expect(flood.writtenBytes).toBeLessThan(HELD_BYTES_MAX);
  reply.isWritable = true;
  exchange.drained();
  await done;
  expect(exchange.sentBytes).toBe(FLOOD_BYTES);
}
