// A real server on a free loopback port and an agent to it, both closed and checked at the end of a test.
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Agent, type AgentOptions } from '../../src/node/agent.ts';
import type { IncomingResponse } from '../../src/node/incoming-response.ts';
import type { OutgoingRequest } from '../../src/node/outgoing-request.ts';
import { request, type RequestOptions } from '../../src/node/request.ts';
import {
  createServer,
  type AjpServer,
  type RequestListener,
  type ServerOptions,
} from '../../src/node/server.ts';

export class NodePair {
  readonly server: AjpServer;
  readonly agent: Agent;
  port = 0;
  /** Connections accepted so far. */
  connectionCount = 0;

  constructor(listener: RequestListener, options: ServerOptions = {}, agentOptions: AgentOptions = {}) {
    this.server = createServer(options, listener);
    this.server.on('connection', () => (this.connectionCount += 1));
    this.agent = new Agent(agentOptions);
  }

  async listen(): Promise<this> {
    this.server.listen(0);
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  request(options: RequestOptions = {}): OutgoingRequest {
    return request({ port: this.port, agent: this.agent, ...options });
  }

  /** Sends a request with its whole body and reads the whole response. */
  async fetch(options: RequestOptions = {}, body?: Uint8Array | string): Promise<Fetched> {
    const outgoing = this.request(options);
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingResponse];
    return { response, body: await readAll(response) };
  }

  /** A plain socket to the server, for what no client would send. */
  async raw(): Promise<Socket> {
    const socket = connect({ port: this.port, host: '127.0.0.1' });
    await once(socket, 'connect');
    return socket;
  }

  /** Closes both ends; hangs, and so fails the test, if a connection is left over. */
  async close(): Promise<void> {
    this.agent.close();
    await this.server.close();
  }
}

export interface Fetched {
  readonly response: IncomingResponse;
  readonly body: Buffer;
}

export async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
