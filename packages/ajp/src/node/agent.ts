// The pool of connections to containers: who gets which socket, who waits, which idle ones are still trusted.
import type { ClientConnectionOptions } from '../client-connection.ts';
import { AjpError } from '../errors.ts';
import { PooledConnection, type ContainerAddress } from './pooled-connection.ts';

/** Settings of an `Agent`. Times are milliseconds. */
export interface AgentOptions extends ClientConnectionOptions {
  /** Most connections to one container, busy and idle together. Default 64; a container has a thread for each. */
  readonly socketCountMax?: number;
  /** Most requests waiting for a connection to one container; more fail with AJP_QUEUE_FULL. Default 1024. */
  readonly waitingCountMax?: number;
  /** Idle connections are closed after this. Default 60 000. */
  readonly idleTimeoutMs?: number;
  /** A connection idle for longer is asked with CPING before it is used. Default 1000. */
  readonly pingAfterIdleMs?: number;
  /** True asks with CPING after connecting too: finds containers that accept and do not serve. Default false. */
  readonly pingOnConnect?: boolean;
  /** Default 10 000, as mod_jk's. */
  readonly pingTimeoutMs?: number;
  /** Default 5000. */
  readonly connectTimeoutMs?: number;
}

/** Called with the socket, or with what prevented one. */
export type Acquired = (error: AjpError | null, socket: PooledConnection | null) => void;

interface Waiting {
  readonly acquired: Acquired;
  readonly onlyFresh: boolean;
}

/** Sockets of one container. */
interface Pool {
  readonly address: ContainerAddress;
  readonly all: Set<PooledConnection>;
  readonly idle: PooledConnection[];
  readonly waiting: Waiting[];
  sweep: NodeJS.Timeout | null;
}

/** Keeps connections to containers and hands them out one request at a time. */
export class Agent {
  readonly #options: Required<Omit<AgentOptions, keyof ClientConnectionOptions>>;
  readonly #connectionOptions: ClientConnectionOptions;
  readonly #pools = new Map<string, Pool>();

  constructor(options: AgentOptions = {}) {
    this.#connectionOptions = options.limits === undefined ? {} : { limits: options.limits };
    this.#options = {
      socketCountMax: options.socketCountMax ?? 64,
      waitingCountMax: options.waitingCountMax ?? 1024,
      idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
      pingAfterIdleMs: options.pingAfterIdleMs ?? 1000,
      pingOnConnect: options.pingOnConnect ?? false,
      pingTimeoutMs: options.pingTimeoutMs ?? 10_000,
      connectTimeoutMs: options.connectTimeoutMs ?? 5000,
    };
  }

  /**
   * Finds a socket: the idle one used last if it still answers, a new one, or the next to become free.
   * `onlyFresh` refuses used ones, for a request that one of those has failed. The returned function gives up waiting.
   * Whoever gets the socket calls `release` when done with it.
   */
  acquire(address: ContainerAddress, onlyFresh: boolean, acquired: Acquired): () => void {
    const pool = this.#poolOf(address);
    let isCancelled = false;
    const waiting: Waiting = {
      onlyFresh,
      acquired: (error, socket) => {
        if (!isCancelled) acquired(error, socket);
        else if (socket !== null) this.release(address, socket);
      },
    };
    this.#serve(pool, waiting);
    return () => {
      isCancelled = true;
      const at = pool.waiting.indexOf(waiting);
      if (at >= 0) pool.waiting.splice(at, 1);
    };
  }

  /** Takes a socket back. It is kept if its last request ended cleanly, else closed. */
  release(address: ContainerAddress, socket: PooledConnection): void {
    const pool = this.#poolOf(address);
    socket.watchSilence(0, () => {});
    if (!socket.connection.isIdle || !pool.all.has(socket)) {
      socket.destroy();
      return;
    }
    socket.isReused = true;
    const next = pool.waiting.findIndex(({ onlyFresh }) => !onlyFresh);
    const [waiting] = next >= 0 ? pool.waiting.splice(next, 1) : [];
    if (waiting !== undefined) {
      waiting.acquired(null, socket);
      return;
    }
    socket.setBusy(false);
    socket.idleSinceMs = performance.now();
    pool.idle.push(socket);
    pool.sweep ??= setInterval(
      () => this.#sweep(pool),
      Math.max(10, this.#options.idleTimeoutMs / 4),
    ).unref();
  }

  /** Closes every connection. Requests under way and waiting fail with AJP_ABORTED. */
  close(): void {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    for (const pool of pools) {
      if (pool.sweep !== null) clearInterval(pool.sweep);
      for (const { acquired } of pool.waiting.splice(0)) {
        acquired(new AjpError('AJP_ABORTED', 'the agent was closed'), null);
      }
      for (const socket of pool.all) socket.destroy();
    }
  }

  #poolOf(address: ContainerAddress): Pool {
    const { host = '127.0.0.1', port = 8009, socketPath } = address;
    const key = socketPath === undefined ? `${host} ${port}` : `unix ${socketPath}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = { address, all: new Set(), idle: [], waiting: [], sweep: null };
      this.#pools.set(key, pool);
    }
    return pool;
  }

  #serve(pool: Pool, waiting: Waiting): void {
    const idle = waiting.onlyFresh ? undefined : pool.idle.pop();
    if (idle !== undefined) {
      this.#reuse(pool, idle, waiting);
    } else if (pool.all.size < this.#options.socketCountMax) {
      this.#open(pool, waiting);
    } else if (waiting.onlyFresh && pool.idle.length > 0) {
      pool.idle.shift()?.destroy();
      pool.waiting.push(waiting);
    } else if (pool.waiting.length < this.#options.waitingCountMax) {
      pool.waiting.push(waiting);
    } else {
      const most = this.#options.waitingCountMax;
      waiting.acquired(new AjpError('AJP_QUEUE_FULL', `${most} requests wait for a connection`), null);
    }
  }

  #reuse(pool: Pool, socket: PooledConnection, waiting: Waiting): void {
    socket.setBusy(true);
    if (performance.now() - socket.idleSinceMs <= this.#options.pingAfterIdleMs) {
      waiting.acquired(null, socket);
      return;
    }
    socket.ping(this.#options.pingTimeoutMs, (error) => {
      if (error === null) waiting.acquired(null, socket);
      else this.#serve(pool, waiting);
    });
  }

  #open(pool: Pool, waiting: Waiting): void {
    const { connectTimeoutMs, pingOnConnect, pingTimeoutMs } = this.#options;
    const socket: PooledConnection = new PooledConnection(pool.address, this.#connectionOptions, () =>
      this.#closed(pool, socket),
    );
    pool.all.add(socket);
    socket.connected(connectTimeoutMs, (error) => {
      if (error !== null) waiting.acquired(error, null);
      else if (!pingOnConnect) waiting.acquired(null, socket);
      else socket.ping(pingTimeoutMs, (failed) => waiting.acquired(failed, failed === null ? socket : null));
    });
  }

  #closed(pool: Pool, socket: PooledConnection): void {
    pool.all.delete(socket);
    const at = pool.idle.indexOf(socket);
    if (at >= 0) pool.idle.splice(at, 1);
    const next = pool.waiting.shift();
    if (next !== undefined) this.#serve(pool, next);
  }

  #sweep(pool: Pool): void {
    const oldestMs = performance.now() - this.#options.idleTimeoutMs;
    for (const socket of pool.idle.filter(({ idleSinceMs }) => idleSinceMs < oldestMs)) socket.destroy();
    if (pool.idle.length > 0 || pool.sweep === null) return;
    clearInterval(pool.sweep);
    pool.sweep = null;
  }
}

/** The agent of requests that name none. */
export const globalAgent: Agent = new Agent();
