// Reads a lane's socket into blocks, one after the other.

import type { Socket } from 'node:net';
import { Block, BLOCK_BYTES } from '../../exchange/blocks.ts';
import { readInto } from '../../sockets/read-into.ts';

/** Less room than this behind what has been lent of a block is left empty: a short read costs as much as a long one. */
const ROOM_BYTES_MIN = BLOCK_BYTES;

/**
 * Passes on what a lane receives. The bytes may be in a block, which is used again for the next read unless something of
 * it has been lent before `receive` returns.
 *
 * @param receive returns how many bytes of the present body are still to come: for a long one the reads are larger. Those
 *   who hold a piece of it hold all of its block, so what else comes does not share a large one with it.
 */
export function readLane(socket: Socket, receive: (chunk: Buffer) => number): void {
  let block: Block | null = null;
  let isLong = false;
  /** Up to here there is something in the block that has been lent. */
  let usedBytes = 0;
  const nextBuffer = (): Buffer => {
    if (!block?.isLent) usedBytes = 0;
    const roomBytes = block ? block.bytes.length - usedBytes : 0;
    if (!block || roomBytes < ROOM_BYTES_MIN || block.isLarge !== isLong) {
      block?.letGo();
      block = Block.take(isLong);
      usedBytes = 0;
    }
    return usedBytes === 0 ? block.bytes : block.bytes.subarray(usedBytes);
  };
  const received = (chunk: Buffer): void => {
    usedBytes += chunk.length;
    isLong = receive(chunk) > BLOCK_BYTES;
  };
  if (readInto(socket, nextBuffer, received)) socket.once('close', () => block?.letGo());
  else socket.on('data', receive);
}
