// An upstream over servers that a test writes: real sockets, and exchanges without a front.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FastCgiProtocol } from '../../src/backends/upstreams/fastcgi.ts';
import type { UpstreamAddress } from '../../src/backends/upstreams/names.ts';
import type { UpstreamOptions, UpstreamReporter } from '../../src/backends/upstreams/upstream-options.ts';
import { Upstream } from '../../src/backends/upstreams/upstream.ts';
import { makeExchange, type ExchangeParts, type TestExchange } from './exchanges.ts';
import { Temporary } from './temporary.ts';

/** Options of an upstream that need not be said. */
export const USUAL: Omit<UpstreamOptions, 'servers'> = {
  name: 'test',
  protocol: new FastCgiProtocol(false),
  resolveEveryMs: 60_000,
  connectTimeoutMs: 5_000,
  keptCount: 0,
  keptForMs: 60_000,
  inFlightMax: null,
  queueLength: 16,
  queueTimeoutMs: 60_000,
  slowStartMs: 0,
  failAfter: 3,
  failTimeoutMs: 60_000,
  checksToFall: 1,
  checksToRise: 1,
  checks: null,
  idleMs: 30_000,
  requestMs: null,
  firstByteMs: null,
  streamIdleMs: null,
  stopTimeoutMs: 5_000,
  variables: (variables) => variables,
};

/** What a reporter was told, a line each. */
export class RecordingReporter implements UpstreamReporter {
  readonly lines: string[] = [];
  readonly #waiting: { readonly pattern: RegExp; readonly resolve: () => void }[] = [];

  /** Resolves when a line matches, from the first line on. */
  line(pattern: RegExp): Promise<void> {
    if (this.lines.some((line) => pattern.test(line))) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ pattern, resolve }));
  }

  serverDown(label: string, reason: string): void {
    this.#add(`down ${label}: ${reason}`);
  }

  serverUp(label: string): void {
    this.#add(`up ${label}`);
  }

  serversFound(labels: readonly string[]): void {
    this.#add(`found ${labels.join(' ')}`);
  }

  nameFailed(name: string, reason: string): void {
    this.#add(`no ${name}: ${reason}`);
  }

  serverLog(label: string, exchange: { readonly id: number }, text: string): void {
    this.#add(`log ${label} ${exchange.id > 0}: ${text}`);
  }

  #add(line: string): void {
    this.lines.push(line);
    for (const { pattern, resolve } of this.#waiting) if (pattern.test(line)) resolve();
  }
}

/** Servers, upstreams over them, and nothing left of either after each test. */
export class UpstreamBench {
  reporter = new RecordingReporter();
  readonly #temporary = new Temporary();
  #closings: (() => Promise<void>)[] = [];
  #upstreams: Upstream[] = [];

  /** A new, empty directory. */
  directory(): string {
    return this.#temporary.directory();
  }

  /** A server of raw sockets. */
  async listen(accept: (socket: Socket) => void, where: 'tcp' | 'unix' = 'unix'): Promise<RawServer> {
    const server = new RawServer(accept);
    if (where === 'unix') server.server.listen(`${this.directory()}/server.sock`);
    else server.server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    this.#closings.push(() => server.close());
    return server;
  }

  /** The same on an address that is known, of a server that is closed. */
  async listenAt(address: UpstreamAddress, accept: (socket: Socket) => void): Promise<RawServer> {
    if (address.kind !== 'unix') throw new Error('only Unix sockets have an address of their own');
    const server = new RawServer(accept);
    server.server.listen(address.path);
    await once(server.server, 'listening');
    this.#closings.push(() => server.close());
    return server;
  }

  /** An address nobody listens on. */
  nowhere(): UpstreamAddress {
    return { kind: 'unix', path: `${this.directory()}/nobody.sock` };
  }

  /** Something else to be closed in the end. */
  closes(closing: () => Promise<void>): void {
    this.#closings.push(closing);
  }

  /** An upstream that has started. */
  async upstream(
    servers: readonly (UpstreamAddress | RawServer)[],
    options: Partial<UpstreamOptions> = {},
  ): Promise<Upstream> {
    const addresses = servers.map((server) => (server instanceof RawServer ? server.address : server));
    const weighted = addresses.map((address) => ({ address, weight: 1 }));
    const upstream = new Upstream({ ...USUAL, servers: weighted, ...options }, this.reporter);
    this.#upstreams.push(upstream);
    await upstream.start();
    return upstream;
  }

  /** Ends everything; what comes then is the bench of the next test. */
  async close(): Promise<void> {
    for (const upstream of this.#upstreams) {
      const stopped = upstream.stop();
      upstream.stopNow();
      await stopped;
    }
    for (const closing of this.#closings) await closing();
    this.#temporary.remove();
    this.#upstreams = [];
    this.#closings = [];
    this.reporter = new RecordingReporter();
  }
}

/** A listening socket whose connections a test answers itself. */
export class RawServer {
  readonly server: Server;
  readonly sockets = new Set<Socket>();
  /** Connections so far. */
  acceptedCount = 0;

  constructor(accept: (socket: Socket) => void) {
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      this.acceptedCount++;
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
      socket.on('close', () => this.sockets.delete(socket));
      accept(socket);
    });
  }

  get address(): UpstreamAddress {
    const address = this.server.address() as AddressInfo | string;
    if (typeof address === 'string') return { kind: 'unix', path: address };
    return { kind: 'tcp', host: address.address, port: address.port };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }
}

/** Sends an exchange to a backend. */
export function ask(upstream: Pick<Upstream, 'handle'>, parts: ExchangeParts = {}): TestExchange {
  const asked = makeExchange(parts);
  upstream.handle(asked.exchange);
  return asked;
}

/** Sends an exchange, and says how it ended: outcome, status and text. */
export async function answerOf(
  upstream: Pick<Upstream, 'handle'>,
  parts: ExchangeParts = {},
): Promise<{
  readonly outcome: string;
  readonly status: number;
  readonly text: string;
  readonly message: string;
}> {
  const { done, reply } = ask(upstream, parts);
  const { outcome, status, error } = await done;
  return { outcome: outcome ?? '', status, text: reply.text, message: error?.message ?? '' };
}
