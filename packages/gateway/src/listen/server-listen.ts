// `server.listen` as a promise, with errors that say what to do.
import type { ListenOptions, Server } from 'node:net';
import { ListenError, systemCode } from './errors.ts';

/** An open descriptor to listen on; Node takes it, its types do not know it. */
export interface DescriptorOptions {
  readonly fd: number;
  readonly backlog: number;
}

/**
 * Starts to listen. `whenBound` runs as soon as the socket exists, before any connection is accepted; what it throws
 * closes the server again and rejects the promise.
 */
export function serverListen(
  server: Server,
  options: ListenOptions | DescriptorOptions,
  whenBound: () => void = () => {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      server.off('listening', onListening);
      reject(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      resolve();
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen(options);
    if (!server.listening) return;
    try {
      whenBound();
    } catch (error) {
      server.close();
      server.off('error', onError);
      onError(error as Error);
    }
  });
}

/** A failure that nobody has explained, as a {@link ListenError}. */
export function unexplained(address: string, error: unknown): ListenError {
  const text = systemCode(error) || (error instanceof Error ? error.message : String(error));
  return new ListenError('SLUICE_LISTEN_FAILED', address, `the system refused (${text})`, error);
}
