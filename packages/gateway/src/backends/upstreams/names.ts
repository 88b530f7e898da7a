// Owns the way from configured addresses to servers: names are looked up, and looked up again, so that what an
// orchestrator starts, moves or stops is found.

import { lookup, resolveSrv } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { ServerSpec } from './server.ts';

/** An address as it is configured. */
export type UpstreamAddress =
  | { readonly kind: 'unix'; readonly path: string }
  /** `host` is an IP address or a name. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** SRV records: they say hosts, ports and weights. */
  | { readonly kind: 'srv'; readonly name: string };

/** An address with its share of requests. */
export interface WeightedAddress {
  readonly address: UpstreamAddress;
  readonly weight: number;
}

/** Whoever knows names. Rejects if one is unknown or nobody answers. */
export interface Resolver {
  /** The addresses of a host, in the order of preference. */
  addresses(name: string): Promise<readonly { readonly address: string; readonly family: number }[]>;
  /** The hosts behind a service. */
  services(name: string): Promise<readonly Service[]>;
}

/** One SRV record. */
export interface Service {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** Asks the system, so that its hosts file and its search domains count; SRV records come from its DNS servers. */
export const systemResolver: Resolver = {
  addresses: (name) => lookup(name, { all: true }),
  services: (name) => resolveSrv(name),
};

/** Hears what names stand for. */
export interface NamesListener {
  /** All servers there are now. Called when they have changed, and once in the beginning if no name is unknown then. */
  changed(servers: readonly ServerSpec[]): void;
  /** A name cannot be looked up: what it stood for before stays. Told when it begins. */
  failed(name: string, reason: string): void;
}

/** As soon as that a name is looked up again that has never been found. */
const RETRY_MS = 1_000;

const IPV4_LOOPBACK = '127.0.0.1';

/** How long a look-up may take. The system may go on trying, but nobody waits for it. */
const LOOK_UP_TIMEOUT_MS = 5_000;

/** Keeps up what the names of one upstream stand for. */
export class Names {
  readonly #resolver: Resolver;
  readonly #everyMs: number;
  readonly #listener: NamesListener;
  readonly #entries: readonly Entry[];
  #told: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(
    addresses: readonly WeightedAddress[],
    everyMs: number,
    listener: NamesListener,
    resolver: Resolver = systemResolver,
  ) {
    this.#everyMs = everyMs;
    this.#listener = listener;
    this.#resolver = resolver;
    this.#entries = addresses.map((entry) => ({ ...entry, found: fixedServers(entry), isFailing: false }));
  }

  /** Looks all names up. Resolves when that is done or has failed. */
  async start(): Promise<void> {
    await this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const named = this.#entries.filter(({ address }) => nameOf(address) !== null);
    await Promise.all(named.map((entry) => this.#lookUp(entry)));
    if (this.#isStopped) return;
    this.#tell();
    if (named.length === 0) return;
    const isAnyUnknown = named.some(({ found }) => found === null);
    const waitMs = isAnyUnknown ? Math.min(RETRY_MS, this.#everyMs) : this.#everyMs;
    this.#timer = setTimeout(() => void this.#look(), waitMs);
  }

  async #lookUp(entry: Entry): Promise<void> {
    try {
      entry.found = await within(LOOK_UP_TIMEOUT_MS, this.#resolve(entry));
      entry.isFailing = false;
    } catch (error) {
      if (entry.isFailing || this.#isStopped) return;
      entry.isFailing = true;
      this.#listener.failed(
        nameOf(entry.address) ?? '',
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  async #resolve({ address, weight }: Entry): Promise<readonly ServerSpec[]> {
    if (address.kind === 'tcp') return this.#hosts(address.host, address.port, weight);
    if (address.kind === 'unix') return [{ address, weight }];
    const records = await this.#resolver.services(address.name);
    const best = Math.min(...records.map(({ priority }) => priority));
    const used = records.filter(({ priority }) => priority === best);
    const found = await Promise.all(
      // Weight 0 is "hardly ever" among others (RFC 2782); here nobody has less than 1.
      used.map((record) => this.#hosts(record.name, record.port, weight * Math.max(1, record.weight))),
    );
    return found.flat();
  }

  async #hosts(name: string, port: number, weight: number): Promise<readonly ServerSpec[]> {
    const addresses = await this.#resolver.addresses(name);
    // The other family leads to the same machines: they would have twice their share. For `localhost` IPv6 mostly comes first,
    // and most servers listen on 127.0.0.1 only.
    const isLocal = addresses.some(({ address }) => address === IPV4_LOOPBACK);
    const family = isLocal ? 4 : addresses[0]?.family;
    return addresses
      .filter((found) => found.family === family)
      .map(({ address }) => ({ address: { kind: 'tcp', host: address, port }, weight }));
  }

  #tell(): void {
    const servers = this.#entries.flatMap(({ found }) => found ?? []);
    const text = JSON.stringify(servers);
    if (text === this.#told) return;
    this.#told = text;
    this.#listener.changed(servers);
  }
}

interface Entry extends WeightedAddress {
  /** What it stands for; null as long as that is not known. */
  found: readonly ServerSpec[] | null;
  isFailing: boolean;
}

function nameOf(address: UpstreamAddress): string | null {
  if (address.kind === 'srv') return address.name;
  return address.kind === 'tcp' && isIP(address.host) === 0 ? address.host : null;
}

/** What needs no looking up. */
function fixedServers({ address, weight }: WeightedAddress): readonly ServerSpec[] | null {
  return nameOf(address) === null && address.kind !== 'srv' ? [{ address, weight }] : null;
}

function within<T>(timeoutMs: number, result: Promise<T>): Promise<T> {
  let clock: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    clock = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([result, deadline]).finally(() => clearTimeout(clock));
}
