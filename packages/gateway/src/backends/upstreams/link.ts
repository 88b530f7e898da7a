// Owns one socket to an upstream server, and the protocol on it: connecting, being kept, and its end.

import { connect, type Socket } from 'node:net';
import { UpstreamFailure } from './failure.ts';
import type { UpstreamConnection, UpstreamProtocol } from './protocol.ts';

/** Where a server listens, after names have become addresses. */
export type ServerAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** What becomes of an attempt to connect. */
export interface Connecting {
  opened(link: Link): void;
  failed(failure: UpstreamFailure): void;
}

/** A connection that stands. */
export class Link {
  readonly connection: UpstreamConnection;
  /** Whether it has carried a request already: the server may have closed it meanwhile. */
  isKept = false;
  /** When it was put aside, by `performance.now()`. */
  idleSinceMs = 0;
  readonly #socket: Socket;

  constructor(socket: Socket, connection: UpstreamConnection) {
    this.#socket = socket;
    this.connection = connection;
  }

  /** Whether it can carry a request, as far as is known. */
  get isOpen(): boolean {
    const { destroyed, readableEnded, writable } = this.#socket;
    return !destroyed && !readableEnded && writable;
  }

  /** Whether nothing is left of its socket. */
  get isGone(): boolean {
    return this.#socket.destroyed;
  }

  /** Bytes that went either way so far: it is alive as long as they become more. */
  get movedBytes(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten;
  }

  /** Ends it in the protocol's own way. */
  close(): void {
    this.connection.close();
  }

  /** Cuts it off. */
  destroy(): void {
    this.#socket.destroy();
  }
}

/** A Unix socket whose backlog is full refuses at once, where TCP would try again by itself. */
const BACKLOG_RETRY_MS = 10;

/**
 * Connects to a server. Returns what gives the attempt up; nothing is called after that.
 *
 * @param ended the socket has come to its end, at any time after `opened`; called once or twice, the last time when
 *   nothing is left of it
 */
export function openLink(
  address: ServerAddress,
  protocol: UpstreamProtocol,
  timeoutMs: number,
  waiter: Connecting,
  ended: (link: Link) => void,
): () => void {
  const target =
    address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
  let socket: Socket;
  let isSettled = false;
  let retry: NodeJS.Timeout | undefined;
  const settle = (): boolean => {
    const isFirst = !isSettled;
    isSettled = true;
    clearTimeout(deadline);
    clearTimeout(retry);
    return isFirst;
  };
  const attempt = (): void => {
    const opening = connect({ ...target, allowHalfOpen: true, noDelay: true });
    socket = opening;
    opening.on('error', (cause: NodeJS.ErrnoException) => {
      if (isSettled) return;
      if (cause.code === 'EAGAIN' && address.kind === 'unix') {
        retry = setTimeout(attempt, BACKLOG_RETRY_MS);
      } else if (settle()) {
        waiter.failed(unreachable(cause));
      }
    });
    opening.once('connect', () => {
      if (!settle()) return;
      const link = new Link(opening, protocol.attach(opening));
      opening.once('end', () => ended(link));
      opening.once('close', () => ended(link));
      waiter.opened(link);
    });
  };
  const deadline = setTimeout(() => {
    const message = `no connection within ${timeoutMs} ms (connect_timeout)`;
    if (!settle()) return;
    socket.destroy();
    waiter.failed(new UpstreamFailure('SLUICE_UPSTREAM_TIMEOUT', message, { retry: 'always' }));
  }, timeoutMs);
  attempt();
  return () => {
    if (settle()) socket.destroy();
  };
}

function unreachable(cause: NodeJS.ErrnoException): UpstreamFailure {
  const isServerFault = cause.code !== 'EMFILE' && cause.code !== 'ENFILE';
  const options = { retry: 'always', isServerFault, cause } as const;
  return new UpstreamFailure('SLUICE_UPSTREAM_UNREACHABLE', reasonOf(cause), options);
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
  ENOENT: 'there is no such socket (ENOENT)',
  EACCES: 'permission to connect is missing (EACCES)',
  EHOSTUNREACH: 'there is no way to that host (EHOSTUNREACH)',
  ENETUNREACH: 'there is no way to that network (ENETUNREACH)',
  EMFILE: 'the gateway has no more descriptors (EMFILE)',
};

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return reasons[code ?? ''] ?? message;
}
