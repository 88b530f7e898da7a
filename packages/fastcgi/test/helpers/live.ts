// A server on a port or path of its own, for tests over real sockets.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Agent,
  createServer,
  request,
  type FastCgiServer,
  type FastCgiServerOptions,
  type IncomingResponse,
  type OutgoingRequest,
  type RequestListener,
  type RequestOptions,
} from '../../src/index.ts';

/** What a request came to. */
export interface Answer {
  readonly response: IncomingResponse;
  readonly body: Buffer;
}

/** A listening server, and an agent whose connections end with it. */
export class Live {
  readonly server: FastCgiServer;
  readonly agent: Agent;
  readonly protocolErrors: string[] = [];
  #where: Pick<RequestOptions, 'port' | 'socketPath'> = {};
  #directory: string | undefined;

  constructor(listener: RequestListener, options: FastCgiServerOptions = {}, agent: Agent = new Agent()) {
    this.server = createServer(options, listener);
    this.server.on('clientError', (error) => this.protocolErrors.push(error.code));
    this.agent = agent;
  }

  /** Listens on a free loopback port. */
  async onPort(): Promise<this> {
    this.server.listen(0);
    await once(this.server, 'listening');
    this.#where = { port: (this.server.address() as AddressInfo).port };
    return this;
  }

  /** Listens on a Unix socket in a directory of its own. */
  async onPath(): Promise<this> {
    this.#directory = await mkdtemp(join(tmpdir(), 'fastcgi-'));
    this.#where = { socketPath: join(this.#directory, 's') };
    this.server.listen(this.#where.socketPath ?? '');
    await once(this.server, 'listening');
    return this;
  }

  get where(): Pick<RequestOptions, 'port' | 'socketPath'> {
    return this.#where;
  }

  get port(): number {
    return this.#where.port ?? 0;
  }

  /** Begins a request to this server. */
  request(options: RequestOptions = {}): OutgoingRequest {
    return request({ agent: this.agent, ...this.#where, ...options });
  }

  /** Sends a request and reads its whole response. */
  async fetch(options: RequestOptions = {}): Promise<Answer> {
    return answerTo(this.request({ body: '', ...options }));
  }

  async close(): Promise<void> {
    this.agent.close();
    await this.server.close();
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true });
  }
}

/** Reads the response to a request; rejects with what the request or the response failed with. */
export async function answerTo(outgoing: OutgoingRequest): Promise<Answer> {
  const response = await new Promise<IncomingResponse>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject);
  });
  return { response, body: await bodyOf(response) };
}

/** All bytes of a stream. */
export async function bodyOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
