// The front of SCGI and uwsgi: listens, and turns each connection of a web server into an exchange.

import { createServer, type Server, type Socket } from 'node:net';
import { BatchingTransport } from './batching-transport.ts';
import { DialectConnection, type DialectConnectionOptions } from './dialect-connection.ts';
import type { Dialect, DialectErrorCode } from './dialect.ts';
import { OpenConnections } from './open-connections.ts';
import type { Front, FrontOptions } from './front.ts';
import { Seldom } from './seldom.ts';

/** Something to tell of a web server that was refused. */
export interface DialectRefusal {
  readonly message: string;
  readonly code: DialectErrorCode;
  /** How many of the same kind were not told since the last that was. */
  readonly untold: number;
}

/** What such a front is made with. */
export interface DialectFrontOptions extends FrontOptions {
  /** A request was refused before it became an exchange. `peer` is an address, or empty for a Unix socket. */
  readonly refused: (peer: string, refusal: DialectRefusal) => void;
  /** More came of a request than its CONTENT_LENGTH, and was dropped. `untold` as above. */
  readonly surplus: (peer: string, contentBytes: number, untold: number) => void;
}

/** Serves SCGI or uwsgi as the application. */
export class DialectFront implements Front {
  readonly protocol: Dialect['protocol'];
  readonly server: Server;
  readonly #connectionOptions: DialectConnectionOptions;
  readonly #connections: OpenConnections;
  readonly #refusals = new Seldom();

  constructor(dialect: Dialect, options: DialectFrontOptions) {
    this.protocol = dialect.protocol;
    this.#connectionOptions = this.#optionsFor(dialect, options);
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
    const connection = new DialectConnection(transport, socket.remoteAddress ?? '', this.#connectionOptions);
    transport.attach(connection);
    this.#connections.add(connection, socket);
  }

  #optionsFor(dialect: Dialect, options: DialectFrontOptions): DialectConnectionOptions {
    return {
      ...options,
      dialect,
      refused: (peer, { code, message }) => {
        const untold = this.#refusals.note(code, performance.now());
        if (untold !== null) options.refused(peer, { code, message, untold });
      },
      surplus: (peer, contentBytes) => {
        const untold = this.#refusals.note('surplus', performance.now());
        if (untold !== null) options.surplus(peer, contentBytes, untold);
      },
    };
  }
}
