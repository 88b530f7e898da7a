// The AJP front: listens, and turns each request of a web server into an exchange.

import {
  ServerConnection,
  type AjpError,
  type ServerConnectionOptions,
  type ServerHandler,
  type ServerRequest,
} from '@sluice/ajp';
import { createServer, type Server, type Socket } from 'node:net';
import { AjpInbound, type AjpInboundOptions } from './ajp-inbound.ts';
import { Refusals, type Refusal } from './ajp-refusals.ts';
import { AjpTransport } from './ajp-transport.ts';
import { OpenConnections } from './open-connections.ts';
import type { Front } from './front.ts';

/** What an AJP front is made with. */
export interface AjpFrontOptions extends AjpInboundOptions {
  /** What web servers must send along; null for nothing, which is for loopback and Unix sockets only. */
  readonly secret: string | null;
  /** Request attributes let through besides those every web server sends; any other is answered with 403. */
  readonly allowedAttributes: readonly string[];
  /** Largest packet that is sent, 8192 to 65536; the web server must take as much. Received ones may have 65536. */
  readonly packetBytes: number;
  /** A request was refused before it became an exchange. `peer` is an address, or empty for a Unix socket. */
  readonly refused: (peer: string, refusal: Refusal) => void;
}

/** Serves AJP 1.3 as the container. */
export class AjpFront implements Front {
  readonly protocol = 'ajp';
  readonly server: Server;
  readonly #options: AjpFrontOptions;
  readonly #connectionOptions: ServerConnectionOptions;
  readonly #connections: OpenConnections;
  readonly #refusals = new Refusals();

  constructor(options: AjpFrontOptions) {
    const { secret, allowedAttributes, packetBytes, variablesCount } = options;
    this.#options = options;
    this.#connectionOptions = {
      ...(secret !== null && { secret }),
      allowedAttributes,
      limits: { packetSize: packetBytes, headerCountMax: variablesCount, attributeCountMax: variablesCount },
    };
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
    const transport = new AjpTransport(socket);
    const peer = new AjpPeer(socket.remoteAddress ?? '', this.#options, this.#refusals);
    const connection = new ServerConnection(transport, peer, this.#connectionOptions);
    transport.attach(connection);
    this.#connections.add(connection, socket);
  }
}

/** Hears what one connection has to tell. */
class AjpPeer implements ServerHandler<AjpInbound> {
  readonly #address: string;
  readonly #options: AjpFrontOptions;
  readonly #refusals: Refusals;

  constructor(address: string, options: AjpFrontOptions, refusals: Refusals) {
    this.#address = address;
    this.#options = options;
    this.#refusals = refusals;
  }

  onRequest(request: ServerRequest<AjpInbound>): void {
    const inbound = new AjpInbound(request, this.#options);
    request.userData = inbound;
    inbound.begin();
  }

  onBody(request: ServerRequest<AjpInbound>, chunk: Buffer): void {
    request.userData?.bodyChunk(chunk);
  }

  onBodyEnd(request: ServerRequest<AjpInbound>): void {
    request.userData?.bodyEnd();
  }

  onAbort(request: ServerRequest<AjpInbound>, reason: AjpError): void {
    request.userData?.aborted(reason);
  }

  onDrain(request: ServerRequest<AjpInbound>): void {
    request.userData?.drained();
  }

  onError(error: AjpError): void {
    const refusal = this.#refusals.note(error, performance.now());
    if (refusal) this.#options.refused(this.#address, refusal);
  }
}
