// One connection of an agent: a socket, the core's connection on it, and the requests that ride on it.
import { connect, type Socket } from 'node:net';
import { ClientConnection } from '../client-connection.ts';
import type { CgiHead } from '../cgi-head.ts';
import type { ClientHandler, PeerValues, RequestEnd } from '../client-handler.ts';
import type { ClientRequest } from '../client-request.ts';
import { FastCgiError } from '../errors.ts';
import type { AgentOptions, AgentRequest } from './agent.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import type { Address } from './request-options.ts';
import { SocketTransport } from './socket-transport.ts';

/** What the pool wants to know. */
export interface PooledConnectionEvents {
  /** There may be room for another request. */
  onRoom(): void;
  /** The socket is closed. */
  onClose(): void;
}

/** Decides about a failed request; true when it was sent again elsewhere. */
export type RetryDecision = (error: FastCgiError) => boolean;

type ConnectionOptions = Required<Pick<AgentOptions, 'keepConnection' | 'idleTimeoutMs' | 'concurrency'>> &
  Pick<AgentOptions, 'limits'>;

/** A connection that requests can be sent on while `canSend`. */
export class PooledConnection implements ClientHandler<OutgoingRequest> {
  readonly #socket: Socket;
  readonly #connection: ClientConnection<OutgoingRequest>;
  readonly #events: PooledConnectionEvents;
  readonly #options: ConnectionOptions;
  readonly #retries: WeakMap<OutgoingRequest, RetryDecision> = new WeakMap();

  constructor(address: Address, options: ConnectionOptions, events: PooledConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.#socket = connect({ ...address, allowHalfOpen: true, noDelay: true });
    const transport = new SocketTransport(this.#socket);
    const { keepConnection, limits } = options;
    this.#connection = new ClientConnection(transport, this, { keepConnection, ...(limits && { limits }) });
    transport.attach(this.#connection);
    this.#socket.on('close', () => events.onClose());
    this.#socket.setTimeout(options.idleTimeoutMs);
    this.#socket.on('timeout', () => this.#closeIfIdle());
    // Nobody waits for the answer: libfcgi gives it only when more bytes come.
    if (options.concurrency > 1 && keepConnection) this.#connection.askValues();
  }

  /** Whether `send` is possible now. */
  get canSend(): boolean {
    return this.#connection.canRequest;
  }

  /** Sends a request; `onFail` is asked before the failure is passed on. */
  send(outgoing: OutgoingRequest, start: AgentRequest, onFail: RetryDecision): void {
    let request: ClientRequest<OutgoingRequest>;
    try {
      request = this.#connection.request({ ...start, userData: outgoing });
    } catch (error) {
      if (!(error instanceof FastCgiError)) throw error;
      outgoing.receiveFailure(error);
      return;
    }
    this.#retries.set(outgoing, onFail);
    this.#socket.ref();
    outgoing.start(request);
  }

  /** Closes after the requests in progress. */
  close(): void {
    this.#connection.close();
  }

  onHead({ userData }: ClientRequest<OutgoingRequest>, head: CgiHead): void {
    userData?.receiveHead(head);
  }

  onBody({ userData }: ClientRequest<OutgoingRequest>, chunk: Buffer): void {
    userData?.receiveBody(chunk);
  }

  onStderr({ userData }: ClientRequest<OutgoingRequest>, chunk: Buffer): void {
    userData?.receiveStderr(chunk);
  }

  onEnd({ userData }: ClientRequest<OutgoingRequest>, { appStatus }: RequestEnd): void {
    userData?.receiveEnd(appStatus);
    this.#afterRequest();
  }

  onFail({ userData }: ClientRequest<OutgoingRequest>, error: FastCgiError): void {
    if (userData !== undefined && this.#retries.get(userData)?.(error) !== true)
      userData.receiveFailure(error);
    this.#afterRequest();
  }

  onDrain({ userData }: ClientRequest<OutgoingRequest>): void {
    userData?.receiveDrain();
  }

  onValues({ multiplex, maxRequests }: PeerValues): void {
    if (multiplex === true) {
      this.#connection.setConcurrency(
        Math.max(1, Math.min(this.#options.concurrency, maxRequests ?? Infinity)),
      );
    }
    this.#events.onRoom();
  }

  #afterRequest(): void {
    // A kept connection alone does not keep the process alive.
    if (this.#connection.activeRequests === 0) this.#socket.unref();
    this.#events.onRoom();
  }

  #closeIfIdle(): void {
    if (this.#connection.activeRequests === 0) this.#connection.close();
  }
}
