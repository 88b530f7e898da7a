// What a stream may shout when nobody listens.
import type { EventEmitter } from 'node:events';
import { FastCgiError } from '../errors.ts';

/**
 * The error a stream is destroyed with, as it may be emitted: what a peer did must not end a process that does not listen
 * for `error`, so it is left out then. Mistakes of the program itself are always told.
 */
export function audibleError(stream: EventEmitter, error: Error | null): Error | null {
  const isPeers = error instanceof FastCgiError && error.fault !== 'local';
  return isPeers && stream.listenerCount('error') === 0 ? null : error;
}
