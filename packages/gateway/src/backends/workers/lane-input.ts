// Reads a lane's socket into blocks, one after the other.

import type { Socket } from 'node:net';
import { Block } from '../../exchange/blocks.ts';
import { readInto } from '../../sockets/read-into.ts';

/**
 * Passes on what a lane receives. The bytes may be in a block, which is used again for the next read unless something of
 * it has been lent before `receive` returns.
 */
export function readLane(socket: Socket, receive: (chunk: Buffer) => void): void {
  let block: Block | null = null;
  const nextBuffer = (): Buffer => {
    if (block?.isLent) {
      block.letGo();
      block = null;
    }
    block ??= Block.take();
    return block.bytes;
  };
  if (readInto(socket, nextBuffer, receive)) socket.once('close', () => block?.letGo());
  else socket.on('data', receive);
}
