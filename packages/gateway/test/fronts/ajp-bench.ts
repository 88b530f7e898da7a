// An AJP front on a free loopback port, the exchanges it makes, and raw web servers that talk to it.

import { afterEach } from '@jest/globals';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import {
  decodeResponseMessage,
  encodeBodyPacket,
  encodeForwardRequest,
  PacketDecoder,
  type ForwardRequestInit,
  type ResponseMessage,
} from '@sluice/ajp/codec';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { Head } from '../../src/exchange/head.ts';
import type { Refusal } from '../../src/fronts/ajp-refusals.ts';
import { RecordingReader } from '../helpers/body-readers.ts';
import { AjpFront, type AjpFrontOptions } from '../../src/fronts/ajp.ts';

export interface Refused extends Refusal {
  readonly peer: string;
}

/** A front under test. */
export class AjpBench {
  readonly front: AjpFront;
  readonly refused: Refused[] = [];
  readonly exchanges: Exchange[] = [];
  /** What to do with an exchange; default: nothing, the test does it. */
  onExchange: (exchange: Exchange) => void = () => {};
  readonly #watchers: (() => void)[] = [];
  readonly #webServers: WebServer[] = [];

  private constructor(options: Partial<AjpFrontOptions>) {
    this.front = new AjpFront({
      handle: (exchange) => {
        this.exchanges.push(exchange);
        this.onExchange(exchange);
        for (const watcher of this.#watchers.splice(0)) watcher();
      },
      showDetail: false,
      variablesBytes: 64 * 1024,
      variablesCount: 200,
      secret: null,
      allowedAttributes: [],
      packetBytes: 8192,
      isPathDecoded: false,
      refused: (peer, refusal) => this.refused.push({ peer, ...refusal }),
      ...options,
    });
  }

  static async open(options: Partial<AjpFrontOptions> = {}): Promise<AjpBench> {
    const bench = new AjpBench(options);
    bench.front.server.listen(0, '127.0.0.1');
    await once(bench.front.server, 'listening');
    return bench;
  }

  async connect(): Promise<WebServer> {
    const { port } = this.front.server.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    const webServer = new WebServer(socket);
    this.#webServers.push(webServer);
    return webServer;
  }

  /** The exchange of that number, as soon as the front has made it. */
  async exchange(index = 0): Promise<Exchange> {
    for (;;) {
      const exchange = this.exchanges[index];
      if (exchange) return exchange;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Closes everything; hangs, and so fails the test, if a connection is left over. */
  async close(): Promise<void> {
    for (const webServer of this.#webServers) webServer.close();
    const closed = once(this.front.server, 'close');
    this.front.server.close();
    this.front.drain();
    await closed;
  }
}

/** The other end of a connection: sends any bytes, and reads what comes packet by packet. */
export class WebServer {
  readonly #socket: Socket;
  readonly #decoder = new PacketDecoder('toWebServer', 65_536);
  readonly #messages: ResponseMessage[] = [];
  readonly #watchers: (() => void)[] = [];
  /** What has come, piece by piece: one for each write of the front, where they are far apart. */
  readonly received: Buffer[] = [];
  #isClosed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.#wake(true));
    socket.on('error', () => this.#wake(true));
  }

  send(...pieces: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(pieces));
  }

  /** The next packet; `closed` once the front has closed and everything before has been read. */
  async next(): Promise<ResponseMessage | 'closed'> {
    for (;;) {
      const message = this.#messages.shift();
      if (message) return message;
      if (this.#isClosed) return 'closed';
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Everything up to the end of the response, or until the front closes, one word or two for each packet. */
  async response(): Promise<string[]> {
    const words: string[] = [];
    for (;;) {
      const message = await this.next();
      words.push(describe(message));
      if (message === 'closed' || message.type === 'end') return words;
    }
  }

  /** Stops reading. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.end();
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.received.push(chunk);
    this.#decoder.push(chunk);
    for (let payload = this.#decoder.next(); payload; payload = this.#decoder.next()) {
      this.#messages.push(decodeResponseMessage(payload));
    }
    this.#wake(false);
  }

  #wake(isClosed: boolean): void {
    this.#isClosed ||= isClosed;
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}

function describe(message: ResponseMessage | 'closed'): string {
  if (message === 'closed') return message;
  switch (message.type) {
    case 'head': {
      const { status, reason, headers } = message.head;
      return [`${status} ${reason}`, ...headers.map(([name, value]) => `${name}: ${value}`)].join(', ');
    }
    case 'bodyChunk':
      return message.data.length === 0 ? 'flush' : `body ${message.data.toString('latin1')}`;
    case 'bodyWanted':
      return `wanted ${message.countMax}`;
    case 'end':
      return message.reuse ? 'end, reuse' : 'end, close';
    case 'pong':
      return 'pong';
  }
}

/** A reader of a body whose end can be waited for. */
export class AwaitedReader extends RecordingReader {
  readonly ended: Promise<void>;
  #tell: () => void = () => {};

  constructor() {
    super();
    this.ended = new Promise((resolve) => (this.#tell = resolve));
  }

  override end(): void {
    super.end();
    this.#tell();
  }

  override failed(reason: Error): void {
    super.failed(reason);
    this.#tell();
  }
}

/** A request. */
export function forward(init: Partial<ForwardRequestInit> = {}): Buffer {
  return encodeForwardRequest({ method: 'GET', uri: '/', ...init });
}

/** A POST with that Content-Length. */
export function post(sizeBytes: number): Buffer {
  return forward({ method: 'POST', headers: [['content-length', String(sizeBytes)]] });
}

/** A body packet. */
export function data(text: string, packetBytes = 8192): Buffer {
  return encodeBodyPacket(Buffer.from(text, 'latin1'), packetBytes);
}

/** Answers with that body and its Content-Length. */
export function answer(exchange: Exchange, text: string, reason = 'OK'): void {
  const headers = [['Content-Length', String(text.length)]] as const;
  exchange.respond(Head.build(200, reason, headers), Buffer.from(text, 'latin1'), true);
}

/** Opens a bench, and a connection to it, for one test; it is closed after the test. For the top of a test file. */
export function benches(): (
  options?: Partial<AjpFrontOptions>,
) => Promise<{ readonly bench: AjpBench; readonly web: WebServer }> {
  let current: AjpBench | undefined;
  afterEach(async () => {
    await current?.close();
    current = undefined;
  });
  return async (options = {}) => {
    current = await AjpBench.open(options);
    return { bench: current, web: await current.connect() };
  };
}
