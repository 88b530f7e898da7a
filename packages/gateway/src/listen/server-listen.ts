// `server.listen` as a promise, with errors that say what to do.
import type { AddressInfo } from 'node:net';
import { ListenError, systemCode } from './errors.ts';

/** An open descriptor to listen on; Node takes it, its types do not know it. */
interface DescriptorSettings {
  readonly fd: number;
  readonly backlog: number;
}

/** Where to listen. */
export type ListenSettings =
  | DescriptorSettings
  | { readonly path: string; readonly backlog: number }
  | { readonly host: string; readonly port: number; readonly backlog: number; readonly exclusive: true };

/** What listening needs of a `net.Server`, or of what stands in its place. */
export interface ListeningServer {
  readonly listening: boolean;
  listen(settings: ListenSettings): unknown;
  address(): AddressInfo | string | null;
  close(): unknown;
  once(event: 'listening', listener: () => void): unknown;
  once(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'listening', listener: () => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * Starts to listen. `whenBound` runs as soon as the socket exists, before any connection is accepted; what it throws
 * closes the server again and rejects the promise.
 */
export function serverListen(
  server: ListeningServer,
  options: ListenSettings,
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
