// Connections to applications: kept, shared out, closed when idle. One pool per address.
import { FastCgiError } from '../errors.ts';
import type { ParamPair } from '../params-encoder.ts';
import type { RequestStart } from '../client-connection.ts';
import type { FastCgiLimits } from '../limits.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import { PooledConnection } from './pooled-connection.ts';
import type { Address } from './request-options.ts';

/** How an agent behaves; everything has a default. */
export interface AgentOptions {
  /** Ask the application to keep connections, and use them again. Default true. */
  readonly keepConnection?: boolean;
  /** Connections per address; requests beyond wait. Default 16. */
  readonly maxConnections?: number;
  /** Requests that may wait per address; the next fails with FCGI_NO_FREE_ID. Default 1024. */
  readonly maxWaiting?: number;
  /** Close a connection without requests after this long, in milliseconds. Default 4000, below what applications allow. */
  readonly idleTimeoutMs?: number;
  /**
   * Requests at the same time on one connection. Above 1 each new connection is asked with GET_VALUES, beside its first
   * request, and carries several only if the application says that it can. Default 1, never ask: php-fpm closes the
   * connection after the question.
   */
  readonly concurrency?: number;
  /** Ceilings on what an application can make this side hold. */
  readonly limits?: Partial<FastCgiLimits>;
}

/** The parts of a request that the agent sends. */
export type AgentRequest = RequestStart<OutgoingRequest> & { readonly params: readonly ParamPair[] };

interface WaitingRequest {
  readonly outgoing: OutgoingRequest;
  readonly start: AgentRequest;
}

interface Pool {
  readonly address: Address;
  readonly connections: Set<PooledConnection>;
  readonly waiting: Set<WaitingRequest>;
}

const METHODS_SAFE_TO_REPEAT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'TRACE',
]);

/** Keeps connections to FastCGI applications for `request`. Close it when it is not needed any more. */
export class Agent {
  readonly #options: Required<Omit<AgentOptions, 'limits'>> & Pick<AgentOptions, 'limits'>;
  readonly #pools: Map<string, Pool> = new Map();
  #isClosed = false;

  constructor(options: AgentOptions = {}) {
    this.#options = {
      keepConnection: options.keepConnection ?? true,
      maxConnections: options.maxConnections ?? 16,
      maxWaiting: options.maxWaiting ?? 1024,
      idleTimeoutMs: options.idleTimeoutMs ?? 4000,
      concurrency: options.concurrency ?? 1,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    };
  }

  /** Connections open now, over all addresses. */
  get connectionCount(): number {
    let count = 0;
    for (const pool of this.#pools.values()) count += pool.connections.size;
    return count;
  }

  /** Sends a request as soon as a connection has room. Used by `request`. */
  send(address: Address, outgoing: OutgoingRequest, start: AgentRequest): void {
    const pool = this.#poolOf(address);
    if (this.#isClosed || pool.waiting.size >= this.#options.maxWaiting) {
      const seen = this.#isClosed ? 'the agent is closed' : `${pool.waiting.size} requests are waiting`;
      outgoing.receiveFailure(new FastCgiError('FCGI_NO_FREE_ID', seen));
      return;
    }
    const waiting: WaitingRequest = { outgoing, start };
    pool.waiting.add(waiting);
    outgoing.setLease({ cancel: () => pool.waiting.delete(waiting) });
    this.#dispatch(pool);
  }

  /** Closes idle connections now and the others after their requests; requests that wait fail. */
  close(): void {
    this.#isClosed = true;
    for (const pool of this.#pools.values()) {
      failWaiting(pool);
      for (const connection of pool.connections) connection.close();
    }
  }

  #poolOf(address: Address): Pool {
    const key = 'path' in address ? address.path : `${address.host}:${address.port}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = { address, connections: new Set(), waiting: new Set() };
      this.#pools.set(key, pool);
    }
    return pool;
  }

  #dispatch(pool: Pool): void {
    for (const waiting of pool.waiting) {
      const connection = this.#connectionFor(pool);
      if (connection === undefined) return;
      pool.waiting.delete(waiting);
      this.#sendOn(pool, connection, waiting);
    }
  }

  #sendOn(pool: Pool, connection: PooledConnection, { outgoing, start }: WaitingRequest): void {
    connection.send(outgoing, start, (error) => {
      if (error.code !== 'FCGI_STALE_CONNECTION' || !isRepeatable(start)) return false;
      // The application closed a kept connection just as the request left; it has not seen it.
      this.send(pool.address, outgoing, start);
      return true;
    });
  }

  #connectionFor(pool: Pool): PooledConnection | undefined {
    for (const connection of pool.connections) {
      if (connection.canSend) return connection;
    }
    if (pool.connections.size >= this.#options.maxConnections) return undefined;
    const connection = new PooledConnection(pool.address, this.#options, {
      onRoom: () => this.#dispatch(pool),
      onClose: () => {
        pool.connections.delete(connection);
        this.#dispatch(pool);
      },
    });
    pool.connections.add(connection);
    return connection;
  }
}

function failWaiting(pool: Pool): void {
  const failed = [...pool.waiting];
  pool.waiting.clear();
  for (const { outgoing } of failed) {
    outgoing.receiveFailure(new FastCgiError('FCGI_NO_FREE_ID', 'the agent is closed'));
  }
}

function isRepeatable({ stdin, params }: AgentRequest): boolean {
  const method = params.find(([name]) => name === 'REQUEST_METHOD')?.[1] ?? 'GET';
  return stdin !== undefined && typeof method === 'string' && METHODS_SAFE_TO_REPEAT.has(method);
}
