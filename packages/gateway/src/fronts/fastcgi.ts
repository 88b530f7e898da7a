// The FastCGI front: listens, and turns each request of a web server into an exchange.

import { Role, ServerConnection, type ServerHandler, type ServerRequest } from '@sluice/fastcgi';
import { createServer, type Server, type Socket } from 'node:net';
import { BatchingTransport } from './batching-transport.ts';
import { FastCgiInbound } from './fastcgi-inbound.ts';
import type { Front, FrontOptions } from './front.ts';

type Request = ServerRequest<FastCgiInbound>;

/** Serves the Responder role of FastCGI 1.0. */
export class FastCgiFront implements Front, ServerHandler<FastCgiInbound> {
  readonly protocol = 'fastcgi';
  readonly server: Server;
  readonly #options: FrontOptions;
  readonly #connections = new Map<ServerConnection<FastCgiInbound>, Socket>();

  constructor(options: FrontOptions) {
    this.#options = options;
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  drain(): void {
    for (const connection of this.#connections.keys()) connection.close();
  }

  destroy(): void {
    for (const socket of this.#connections.values()) socket.destroy();
  }

  onRequest(request: Request): void {
    if (request.role !== Role.RESPONDER) request.refuse('unknown-role');
    else request.userData = new FastCgiInbound(request, this.#options);
  }

  onStdin(request: Request, chunk: Buffer): void {
    request.userData?.stdin(chunk);
  }

  onStdinEnd(request: Request): void {
    request.userData?.stdinEnd();
  }

  onData(): void {
    // Only a Filter gets DATA, and there are none here.
  }

  onDataEnd(): void {
    // As above.
  }

  onAbort(request: Request): void {
    request.userData?.aborted();
  }

  onDrain(request: Request): void {
    request.userData?.exchange?.drained();
  }

  #accept(socket: Socket): void {
    const limits = { paramsBytes: this.#options.variablesBytes, paramsPairs: this.#options.variablesCount };
    const transport = new BatchingTransport(socket);
    const connection = new ServerConnection(transport, this, { limits });
    transport.attach(connection);
    this.#connections.set(connection, socket);
    this.#options.headClock?.watch(socket, connection);
    socket.on('close', () => this.#connections.delete(connection));
  }
}
