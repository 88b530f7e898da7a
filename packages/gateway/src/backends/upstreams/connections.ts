// Owns the connections to one server: which are idle, for how long, and that none outlives the gateway.

import { type Enrolled, Roster } from '../../exchange/roster.ts';
import { openLink, type Connecting, type Link, type ServerAddress } from './link.ts';
import type { UpstreamProtocol } from './protocol.ts';

/** How connections are treated. */
export interface ConnectionOptions {
  readonly connectTimeoutMs: number;
  /** Idle ones that are kept; 0: each is closed after its request. */
  readonly keptCount: number;
  /** How long an idle one is kept. */
  readonly keptForMs: number;
}

/** A connection that does not stand yet. */
interface Attempt extends Enrolled {
  giveUp: () => void;
}

/** How often it is looked whether idle connections have been idle too long. */
const SWEEP_EVERY_MS = 1_000;

/** The connections to one server. */
export class Connections {
  readonly #address: ServerAddress;
  readonly #protocol: UpstreamProtocol;
  readonly #options: ConnectionOptions;
  readonly #open = new Roster<Link>();
  readonly #connecting = new Roster<Attempt>();
  /** The one used last is the last. */
  #idle: Link[] = [];
  #sweeper: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(address: ServerAddress, protocol: UpstreamProtocol, options: ConnectionOptions) {
    this.#address = address;
    this.#protocol = protocol;
    this.#options = options;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  /** An idle connection that was used within the time, or null. It is the caller's until `release` or `destroy`. */
  take(idleMaxMs: number): Link | null {
    const usedSinceMs = performance.now() - idleMaxMs;
    for (let link = this.#idle.pop(); link; link = this.#idle.pop()) {
      if (!link.isOpen) continue;
      if (link.idleSinceMs >= usedSinceMs) return link;
      this.#idle.push(link);
      break;
    }
    return null;
  }

  /** Opens another one, the caller's as with `take`. Returns what gives the attempt up. */
  open(waiter: Connecting): () => void {
    const attempt: Attempt = { giveUp: () => {}, place: -1 };
    attempt.giveUp = openLink(this.#address, this.#protocol, this.#options.connectTimeoutMs, {
      opened: (link) => {
        this.#connecting.delete(attempt);
        this.#open.add(link);
        waiter.opened(link);
      },
      failed: (failure) => {
        this.#connecting.delete(attempt);
        waiter.failed(failure);
      },
      ended: (link) => this.#ended(link),
    });
    this.#connecting.add(attempt);
    return () => {
      this.#connecting.delete(attempt);
      attempt.giveUp();
    };
  }

  /** Takes a connection back whose request is over: keeps it, or ends it. */
  release(link: Link, isReusable: boolean): void {
    if (!isReusable || this.#isClosed || !link.isOpen || this.#idle.length >= this.#options.keptCount) {
      link.close();
      return;
    }
    link.isKept = true;
    link.idleSinceMs = performance.now();
    this.#idle.push(link);
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_EVERY_MS).unref();
  }

  /** Ends the idle ones; the others end when they are released. */
  close(): void {
    this.#isClosed = true;
    const idle = this.#idle;
    this.#idle = [];
    for (const link of idle) link.close();
    if (this.#sweeper) clearInterval(this.#sweeper);
    this.#sweeper = null;
  }

  /** Cuts all of them off. */
  destroy(): void {
    this.close();
    for (const attempt of this.#connecting.list()) {
      this.#connecting.delete(attempt);
      attempt.giveUp();
    }
    for (const link of this.#open.list()) link.destroy();
  }

  #ended(link: Link): void {
    this.#idle = this.#idle.filter((other) => other !== link);
    if (link.isGone) this.#open.delete(link);
  }

  #sweep(): void {
    const usedSinceMs = performance.now() - this.#options.keptForMs;
    const old = this.#idle.filter(({ idleSinceMs }) => idleSinceMs < usedSinceMs);
    this.#idle = this.#idle.filter((link) => !old.includes(link));
    for (const link of old) link.close();
    if (this.#idle.length > 0 || !this.#sweeper) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }
}
