// What a stream may shout when nobody listens.
import type { EventEmitter } from 'node:events';
import { FastCgiError } from '../errors.ts';

/**
 * Keeps what a peer did from ending a process that does not listen for `error` on the stream. Mistakes of the program
 * itself are thrown as ever.
 */
export function quietPeerErrors(stream: EventEmitter): void {
  stream.on('error', (error: Error) => {
    const isPeers = error instanceof FastCgiError && error.fault !== 'local';
    if (!isPeers && stream.listenerCount('error') === 1) throw error;
  });
}
