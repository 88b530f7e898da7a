// Owns one socket to an upstream server, and the protocol on it: connecting, being kept, and its end.

import { connect, type Socket } from 'node:net';
import type { Enrolled } from '../../exchange/roster.ts';
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
  /**
   * The socket has come to its end, at any time after `opened`. Called once or twice, the last time when nothing is left
   * of it.
   */
  ended?(link: Link): void;
}

/** A connection that stands. */
export class Link implements Enrolled {
  place = -1;
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

/** Connects to a server. Returns what gives the attempt up; nothing is called after that. */
export function openLink(
  address: ServerAddress,
  protocol: UpstreamProtocol,
  timeoutMs: number,
  waiter: Connecting,
): () => void {
  const attempt = new Attempt(address, protocol, timeoutMs, waiter);
  return () => attempt.giveUp();
}

class Attempt {
  readonly #address: ServerAddress;
  readonly #protocol: UpstreamProtocol;
  readonly #waiter: Connecting;
  readonly #deadline: NodeJS.Timeout;
  #socket: Socket;
  #retry: NodeJS.Timeout | undefined;
  #isSettled = false;

  constructor(address: ServerAddress, protocol: UpstreamProtocol, timeoutMs: number, waiter: Connecting) {
    this.#address = address;
    this.#protocol = protocol;
    this.#waiter = waiter;
    this.#deadline = setTimeout(() => this.#timedOut(timeoutMs), timeoutMs);
    this.#socket = this.#connect();
  }

  giveUp(): void {
    if (this.#settle()) this.#socket.destroy();
  }

  #connect(): Socket {
    const target =
      this.#address.kind === 'unix'
        ? { path: this.#address.path }
        : { host: this.#address.host, port: this.#address.port };
    const socket = connect({ ...target, allowHalfOpen: true, noDelay: true });
    socket.on('error', (cause) => this.#refused(cause));
    socket.once('connect', () => this.#connected(socket));
    return socket;
  }

  #connected(socket: Socket): void {
    if (!this.#settle()) return;
    const link = new Link(socket, this.#protocol.attach(socket));
    socket.once('end', () => this.#waiter.ended?.(link));
    socket.once('close', () => this.#waiter.ended?.(link));
    this.#waiter.opened(link);
  }

  #refused(cause: NodeJS.ErrnoException): void {
    if (this.#isSettled) return;
    if (cause.code === 'EAGAIN' && this.#address.kind === 'unix') {
      this.#retry = setTimeout(() => (this.#socket = this.#connect()), BACKLOG_RETRY_MS);
    } else if (this.#settle()) {
      this.#waiter.failed(unreachable(cause));
    }
  }

  #timedOut(timeoutMs: number): void {
    const message = `no connection within ${timeoutMs} ms (connect_timeout)`;
    if (!this.#settle()) return;
    this.#socket.destroy();
    this.#waiter.failed(new UpstreamFailure('SLUICE_UPSTREAM_TIMEOUT', message, { retry: 'always' }));
  }

  /** Returns whether nothing had been decided before. */
  #settle(): boolean {
    const isFirst = !this.#isSettled;
    this.#isSettled = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#retry);
    return isFirst;
  }
}

function unreachable(cause: NodeJS.ErrnoException): UpstreamFailure {
  const isServerFault = cause.code !== 'EMFILE' && cause.code !== 'ENFILE';
  const options = { retry: 'always', isServerFault, cause } as const;
  return new UpstreamFailure('SLUICE_UPSTREAM_UNREACHABLE', reasonOf(cause), options);
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
  ENOENT: 'there is no such socket (ENOENT)',
  ENOTDIR:
    'a part of the path is no directory (ENOTDIR); "sluice request" takes the path of the URL behind a colon, as in unix:/run/app.sock:/path',
  EACCES: 'permission to connect is missing (EACCES)',
  EHOSTUNREACH: 'there is no way to that host (EHOSTUNREACH)',
  ENETUNREACH: 'there is no way to that network (ENETUNREACH)',
  EMFILE: 'the gateway has no more descriptors (EMFILE)',
};

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return reasons[code ?? ''] ?? message;
}
