// The FastCGI front: listens, and turns each request of a web server into an exchange.

import {
  Role,
  ServerConnection,
  type FastCgiError,
  type ServerHandler,
  type ServerOptions,
  type ServerRequest,
} from '@sluice/fastcgi';
import { createServer, type Server, type Socket } from 'node:net';
import { copyToKeep } from '../exchange/blocks.ts';
import { BatchingTransport } from './batching-transport.ts';
import { FastCgiInbound, type RefusalNoter } from './fastcgi-inbound.ts';
import { Refusals, type Refusal } from './fastcgi-refusals.ts';
import { OpenConnections } from './open-connections.ts';
import type { Front, FrontOptions } from './front.ts';

type Request = ServerRequest<FastCgiInbound>;

/** What a FastCGI front is made with. */
export interface FastCgiFrontOptions extends FrontOptions {
  /**
   * A request was refused before it became an exchange, and its connection closed where no more can be read of it. `peer` is
   * an address, or empty for a Unix socket. Default: nobody is told.
   */
  readonly refused?: (peer: string, refusal: Refusal) => void;
}

/** Serves the Responder role of FastCGI 1.0. */
export class FastCgiFront implements Front {
  readonly protocol = 'fastcgi';
  readonly server: Server;
  readonly #options: FastCgiFrontOptions;
  readonly #connectionOptions: ServerOptions;
  readonly #connections: OpenConnections;
  readonly #refusals = new Refusals();

  constructor(options: FastCgiFrontOptions) {
    this.#options = options;
    const { variablesBytes, variablesCount } = options;
    const limits = { paramsBytes: variablesBytes, paramsPairs: variablesCount };
    this.#connectionOptions = { limits, reusesInput: true, copyInput: copyToKeep };
    this.#connections = new OpenConnections(options.headClock);
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  drain(isSpared?: (socket: Socket) => boolean): void {
    this.#connections.drain(isSpared);
  }

  destroy(): void {
    this.#connections.destroy();
  }

  #accept(socket: Socket): void {
    const transport = new BatchingTransport(socket);
    const connection = new ServerConnection(transport, this.#peerOf(socket), this.#connectionOptions);
    transport.attachReusing(connection);
    this.#connections.add(connection, socket);
  }

  #peerOf({ remoteAddress = '' }: Socket): FastCgiPeer {
    return new FastCgiPeer(this.#options, (error) => {
      const refusal = this.#refusals.note(error, performance.now());
      if (refusal) this.#options.refused?.(remoteAddress, refusal);
    });
  }
}

/** Hears what one connection has to tell. */
class FastCgiPeer implements ServerHandler<FastCgiInbound> {
  readonly #options: FrontOptions;
  readonly #note: RefusalNoter;

  /** @param note told of errors and of requests that are refused */
  constructor(options: FrontOptions, note: RefusalNoter) {
    this.#options = options;
    this.#note = note;
  }

  onRequest(request: Request): void {
    if (request.role !== Role.RESPONDER) request.refuse('unknown-role');
    else request.userData = new FastCgiInbound(request, this.#options, this.#note);
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

  onError(error: FastCgiError): void {
    this.#note(error);
  }
}
