// Owns the fronts of a gateway together: made from the configuration, opened and closed as one.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { GatewayConfig, ListenConfig } from '../config/types.ts';
import { readSecret } from '../config/secret-file.ts';
import { AjpFront } from '../fronts/ajp.ts';
import { mountAttribute } from '../fronts/ajp-variables.ts';
import { DialectFront } from '../fronts/dialect-front.ts';
import type { Dialect } from '../fronts/dialect.ts';
import { FastCgiFront } from '../fronts/fastcgi.ts';
import type { Front, FrontOptions } from '../fronts/front.ts';
import { HeadClock } from '../fronts/head-clock.ts';
import { ReplyClock } from '../fronts/reply-clock.ts';
import { SCGI } from '../fronts/scgi.ts';
import { UWSGI } from '../fronts/uwsgi.ts';
import { openListener, TlsDoor, type Activation, type Listener } from '../listen/index.ts';
import type { Logger } from '../observe/log.ts';
import { Seldom } from '../fronts/seldom.ts';
import type { Router } from '../routing/router.ts';
import { acceptThin } from '../sockets/accept-thin.ts';
import { divert } from '../sockets/divert.ts';
import type { Handle } from '../sockets/native.ts';
import { Farewells } from './farewells.ts';
import { httpFarewell, makeHttpFront } from './http-front.ts';

/** The packet size of AJP that web servers have unless told otherwise. */
const AJP_PACKET_BYTES = 8192;
/** How long a connection that was accepted last may take to send the first byte of its request. */
const LAST_CALL_MS = 500;
const LOOK_AGAIN_MS = 10;
/** When all requests are answered, how long their clients may take to read the answers. */
const LAST_BYTES_MS = 5_000;
/** How often it is looked whether they have. */
const DRAIN_EVERY_MS = 50;

/** A front on its socket. */
interface OpenFront {
  readonly front: Front;
  readonly listener: Listener;
  /** Its certificate, if it has one. */
  readonly tls: TlsDoor | null;
}

/** Where sockets come from that are open already. */
export interface SocketSources {
  /** Inherited from systemd; default none. */
  readonly activation?: Activation;
  /** Inherited from the process that holds the sockets of all listeners, in their order; default: they are opened here. */
  readonly descriptors?: readonly number[];
  /** Default: nobody. */
  readonly diversion?: Diversion;
}

/** Who may want connections to be served elsewhere. */
export interface Diversion {
  /** Takes a connection that the listener of that index has accepted, and nobody has read from; or leaves it. */
  takes(listener: number, handle: Handle): boolean;
  /** Gives the listener a connection that was accepted elsewhere: from now on that can be called. */
  canEnter(listener: number, enter: (handle: Handle) => void): void;
  opened(): void;
  closed(lifetimeMs: number): void;
}

/** Every front of a gateway. */
export class Fronts {
  readonly #config: GatewayConfig;
  readonly #router: Router;
  readonly #logger: Logger;
  readonly #sources: SocketSources;
  readonly #open: OpenFront[] = [];
  readonly #refusals = new Seldom();
  /** Connections of browsers, and those of web servers. */
  readonly #clients = new Set<Socket>();
  readonly #webServers = new Set<Socket>();
  /** Resolve when a front has no connection left. */
  #closed: readonly Promise<unknown>[] = [];

  constructor(config: GatewayConfig, router: Router, logger: Logger, sources: SocketSources) {
    this.#config = config;
    this.#router = router;
    this.#logger = logger;
    this.#sources = sources;
  }

  get listeners(): readonly Listener[] {
    return this.#open.map(({ listener }) => listener);
  }

  get #sockets(): readonly Socket[] {
    return [...this.#clients, ...this.#webServers];
  }

  /** Open connections of clients. */
  get connectionsCount(): number {
    return this.#clients.size + this.#webServers.size;
  }

  /** Opens the listeners in their order. Rejects at the first that cannot be opened. */
  async open(): Promise<void> {
    const { limits } = this.#config;
    const tellLate = (peer: string, why: string): void => this.#tellLate(peer, why);
    const headClock = new HeadClock(limits.headerTimeoutMs, tellLate);
    const replyClock = new ReplyClock(limits.sendTimeoutMs, this.#webServers, tellLate);
    const { activation, descriptors, diversion } = this.#sources;
    for (const [index, listen] of this.#config.listen.entries()) {
      const parts = { config: this.#config, router: this.#router, logger: this.#logger, headClock };
      const front = makeFront(listen, parts);
      const isHttp = listen.protocol === 'http';
      const sockets = isHttp ? this.#clients : this.#webServers;
      front.server.on('connection', (socket: Socket) => {
        sockets.add(socket);
        const openedMs = diversion ? performance.now() : 0;
        diversion?.opened();
        socket.on('close', () => {
          sockets.delete(socket);
          diversion?.closed(performance.now() - openedMs);
        });
        // HTTP has clocks of its own.
        if (!isHttp) replyClock.start();
      });
      const tls = makeTls(listen);
      const listener = await openListener(listen, front.server, {
        connectionsCount: limits.connectionsCount,
        addressConnectionsCount: limits.addressConnectionsCount,
        headerTimeoutMs: limits.headerTimeoutMs,
        farewell: listen.protocol === 'http' ? httpFarewell() : null,
        tls,
        ...(activation && { activation }),
        descriptor: descriptors?.[index] ?? null,
        onRefused: (peer, reason) => this.#tellRefused(peer, reason),
      });
      // Node's own server needs Node's own sockets, and so do those who read before the front does.
      if (!isHttp && !listen.isProxied && tls === null) acceptThin(front.server);
      if (diversion) {
        const enter = divert(front.server, (handle) => diversion.takes(index, handle));
        if (enter) diversion.canEnter(index, enter);
      }
      tls?.watch(() => this.#renew(tls, listener));
      this.#open.push({ front, listener, tls });
    }
  }

  /** Reads every certificate again. */
  reload(): void {
    for (const { tls, listener } of this.#open) if (tls !== null) this.#renew(tls, listener);
  }

  #renew(tls: TlsDoor, { address }: Listener): void {
    const reason = tls.reload();
    if (reason === null) this.#logger.info({ address }, 'certificate read again');
    else {
      const message = `the old certificate of ${address} stays: ${reason}`;
      this.#logger.warn({ code: 'SLUICE_CERTIFICATE_UNUSABLE' }, message);
    }
  }

  #tellLate(peer: string, why: string): void {
    const untold = this.#refusals.note(why);
    if (untold === null) return;
    const fields = { code: 'SLUICE_PEER_STALLED', peer, ...(untold > 0 && { untold }) };
    this.#logger.warn(fields, `connection closed: ${why}`);
  }

  #tellRefused(peer: string, reason: string): void {
    const untold = this.#refusals.note(reason);
    if (untold === null) return;
    const fields = { code: 'SLUICE_CONNECTION_REFUSED', peer, reason, ...(untold > 0 && { untold }) };
    this.#logger.warn(fields, `connection refused: ${reason}`);
  }

  /** Accepts no more connections, and lets go of those that have no request but have had one. May be called again. */
  beginClosing(): void {
    if (this.#closed.length > 0) return;
    this.#closed = this.#open.map(({ front }) => once(front.server, 'close'));
    for (const { front, listener, tls } of this.#open) {
      tls?.close();
      listener.close();
      front.drain(isFresh);
    }
  }

  /**
   * Waits for the requests of connections that were accepted last: whoever has connected a moment ago is about to send
   * one, and would lose it.
   */
  async lastCall(): Promise<void> {
    const untilMs = performance.now() + LAST_CALL_MS;
    while (this.#sockets.some(isFresh) && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** When every request is over: waits until the clients have read the answers, but not for ever. */
  async closed(): Promise<void> {
    const farewells = new Farewells();
    const drain = (): void => {
      for (const { front } of this.#open) front.drain();
      for (const socket of farewells.unanswered(this.#sockets, performance.now())) socket.destroy();
    };
    drain();
    // A kept connection becomes idle when its last answer has been read, and nothing tells that.
    const clock = setInterval(drain, DRAIN_EVERY_MS);
    const deadline = setTimeout(() => this.destroy(), LAST_BYTES_MS);
    await Promise.all(this.#closed);
    clearInterval(clock);
    clearTimeout(deadline);
  }

  /** Cuts off every connection. */
  destroy(): void {
    for (const { front } of this.#open) front.destroy();
  }
}

/** Whether nothing has been received on a connection yet. */
function isFresh({ bytesRead }: Socket): boolean {
  return bytesRead === 0;
}

interface FrontParts {
  readonly config: GatewayConfig;
  readonly router: Router;
  readonly logger: Logger;
  readonly headClock: HeadClock;
}

function makeFront(listen: ListenConfig, { config, router, logger, headClock }: FrontParts): Front {
  const options: FrontOptions = {
    handle: (exchange) => router.handle(exchange, listen),
    showDetail: config.app.debug,
    variablesBytes: config.limits.variablesBytes,
    variablesCount: config.limits.variablesCount,
    headClock,
  };
  switch (listen.protocol) {
    case 'http':
      return makeHttpFront(listen, config.limits, options, router, logger);
    case 'fastcgi':
      return makeFastCgiFront(options, logger);
    case 'ajp':
      return makeAjpFront(listen, options, router, logger);
    case 'scgi':
      return makeDialectFront(SCGI, options, logger);
    case 'uwsgi':
      return makeDialectFront(UWSGI, options, logger);
  }
}

function makeFastCgiFront(options: FrontOptions, logger: Logger): Front {
  return new FastCgiFront({
    ...options,
    refused: (peer, { message, code, untold }) => {
      const fields = { code: 'SLUICE_CONNECTION_REFUSED', peer, reason: code, ...(untold > 0 && { untold }) };
      logger.warn(fields, `FastCGI request refused: ${message}`);
    },
  });
}

const surplusAdvice = '; older versions of nginx send a wrong length with "scgi_request_buffering off"';

function makeDialectFront(dialect: Dialect, options: FrontOptions, logger: Logger): Front {
  return new DialectFront(dialect, {
    ...options,
    refused: (peer, { message, code, untold }) => {
      const fields = { code: 'SLUICE_CONNECTION_REFUSED', peer, reason: code, ...(untold > 0 && { untold }) };
      logger.warn(fields, `${dialect.title} request refused: ${message}`);
    },
    surplus: (peer, contentBytes, untold) => {
      const fields = { code: 'SLUICE_BODY_SURPLUS', peer, ...(untold > 0 && { untold }) };
      const message = `more came of a request body than the ${contentBytes} bytes of its CONTENT_LENGTH, and was dropped`;
      logger.warn(fields, `${dialect.title}: ${message}${surplusAdvice}`);
    },
  });
}

function makeTls({ tlsCertificateFile, tlsKeyFile }: ListenConfig): TlsDoor | null {
  if (tlsCertificateFile === null) return null;
  return new TlsDoor({ certificateFile: tlsCertificateFile, keyFile: tlsKeyFile });
}

function makeAjpFront(listen: ListenConfig, options: FrontOptions, router: Router, logger: Logger): Front {
  const secret = listen.secretFile === null ? null : readSecret(listen.secretFile);
  if (secret !== null && 'reason' in secret) throw new Error(`${listen.secretFile}: ${secret.reason}`);
  return new AjpFront({
    ...options,
    handle: (exchange) => router.handle(exchange, listen, mountAttribute(exchange.variables) ?? listen.mount),
    secret: secret?.value ?? null,
    allowedAttributes: listen.allowedAttributes ?? [],
    packetBytes: listen.packetBytes ?? AJP_PACKET_BYTES,
    isPathDecoded: listen.isPathDecoded,
    refused: (peer, { message, code, untold }) => {
      const fields = { code: 'SLUICE_CONNECTION_REFUSED', peer, reason: code, ...(untold > 0 && { untold }) };
      logger.warn(fields, `AJP request refused: ${message}`);
    },
  });
}
