// A gateway under attack: sends it hostile bytes, and after each of them an honest request that must get its own answer.
import { expect } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Bait, Fate, HostileRow } from '../../cases/hostile/row.ts';
import type { TestBed } from '../bed.ts';
import { within } from '../deadline.ts';
import { startGateway, type Gateway } from '../gateway.ts';
import { RawConnection, type Address } from '../raw-connection.ts';
import { echo, type Answer, type Speaker } from './speaker.ts';

const DEADLINE_MS = 8_000;
/** Connections at once: some closes take their 50 ms. */
const AT_ONCE = 16;
const MARKERS = /mark-\d+-[\da-f]{8}-/g;

/** What became of one connection. */
export interface Seen {
  readonly answers: readonly Answer[];
  readonly hasEnded: boolean;
  readonly received: Buffer;
}

// All of one length, so that inputs do not depend on it.
let markers = 100_000;

/** With a checksum: the marker of a damaged request is nobody's. */
function markerOf(count: number): string {
  const sum = createHash('sha256').update(String(count)).digest('hex').slice(0, 8);
  return `mark-${count}-${sum}-`;
}

function markersIn(received: Buffer): string[] {
  const found = [...received.toString('latin1').matchAll(MARKERS)];
  return found
    .map(([marker]) => marker)
    .filter((marker) => marker === markerOf(Number(marker.split('-')[1])));
}

/** A listener of one protocol, under attack. */
export class Target {
  readonly gateway: Gateway;
  readonly #address: Address;
  readonly #speaker: Speaker;
  readonly #ledger: string;

  constructor(gateway: Gateway, address: Address, speaker: Speaker, ledger: string) {
    this.gateway = gateway;
    this.#address = address;
    this.#speaker = speaker;
    this.#ledger = ledger;
  }

  /** Starts a gateway that listens for the protocol. Everything it may log about its peers is expected. */
  static async start(bed: TestBed, speaker: Speaker, lines: readonly string[] = []): Promise<Target> {
    const path = bed.site.path(speaker.protocol);
    const gateway = await startGateway(bed, {
      listen: [],
      processes: 1,
      threads: 2,
      toml: [
        '[[listen]]',
        `protocol = "${speaker.protocol}"`,
        `address = ${JSON.stringify(`unix:${path}`)}`,
        ...lines,
      ],
      expectedLog: [
        /SLUICE_(?:CONNECTION_REFUSED|BODY_SURPLUS|BAD_REQUEST|HEAD_TOO_LARGE|NOT_SUPPORTED|EXPECTATION_FAILED)/,
      ],
    });
    return new Target(gateway, { path }, speaker, bed.site.path('ledger'));
  }

  /** New bait. */
  bait(): Bait {
    const marker = markerOf(++markers);
    return { marker, hidden: `/count?file=${encodeURIComponent(this.#ledger)}&id=${marker}` };
  }

  /** Whether a hidden request was ever run. */
  expectNothingHiddenRan(): void {
    expect(existsSync(this.#ledger) ? readFileSync(this.#ledger, 'latin1') : 'nothing').toBe('nothing');
  }

  /** Sends every input of a row, each followed by an honest request on a connection of its own. */
  async endure({ name, inputs, fate }: HostileRow): Promise<void> {
    const attempts = inputs(this.bait()).length;
    let next = 0;
    const attacker = async (): Promise<void> => {
      for (let at; (at = next++) < attempts;) {
        const bait = this.bait();
        const bytes = inputs(bait)[at] ?? Buffer.alloc(0);
        const seen = await this.attack(bytes, bait, fate);
        this.check(`${name} [${at}]`, seen, bait, fate);
        await this.expectHonest();
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, attempts) }, attacker));
    if (fate.kind === 'refused') await this.gateway.process.line(fate.log, DEADLINE_MS);
    this.expectNothingHiddenRan();
  }

  /** An honest request gets its own answer. */
  async expectHonest(): Promise<void> {
    const { marker } = this.bait();
    const seen = await this.#converse([this.#speaker.request(echo(marker))], (so) => so.answers.length > 0);
    expect(seen.answers).toEqual([{ status: 200, body: marker }]);
  }

  /** Sends bytes, and does whatever shows their fate. */
  attack(bytes: Buffer, { marker }: Bait, fate: Fate): Promise<Seen> {
    switch (fate.kind) {
      case 'refused':
        return this.#converse([bytes], () => false);
      case 'kept':
      case 'closed or kept':
        return this.#converse(
          [bytes, this.#speaker.request(echo(`kept ${marker}`))],
          ({ answers }) => answers.some(({ body }) => body === `kept ${marker}`),
          { answersBetween: fate.kind === 'kept' && fate.status !== null ? 1 : 0 },
        );
      case 'served':
        return this.#converse([bytes], ({ answers }) => answers.length > 0);
      case 'unfinished':
      case 'harmless':
        return this.#converse([bytes], () => false, { leaves: true });
    }
  }

  /** Compares what became of an attack with its fate. */
  check(name: string, { answers, hasEnded, received }: Seen, { marker }: Bait, fate: Fate): void {
    const foreign = markersIn(received).filter((found) => found !== marker);
    const statuses = answers.map(({ status }) => status);
    const wasKept = answers.some(({ body }) => body === `kept ${marker}`);
    expect({ name, foreign }).toEqual({ name, foreign: [] });
    if (fate.kind === 'refused') {
      const status = fate.status === null ? [] : [fate.status];
      expect({ name, statuses, hasEnded }).toEqual({ name, statuses: status, hasEnded: true });
    } else if (fate.kind === 'kept') {
      const status = fate.status === null ? [] : [fate.status];
      expect({ name, statuses, wasKept }).toEqual({ name, statuses: [...status, 200], wasKept: true });
    } else if (fate.kind === 'closed or kept') {
      expect({ name, isClear: hasEnded || wasKept }).toEqual({ name, isClear: true });
    } else if (fate.kind === 'served') {
      expect({ name, answers }).toMatchObject({ name, answers: [{ status: 200, body: marker }] });
    } else if (fate.kind === 'unfinished') {
      expect({ name, hasSuccess: statuses.some((status) => status < 400) }).toEqual({
        name,
        hasSuccess: false,
      });
    }
  }

  /**
   * Sends, then reads until `isEnough` or the end. With `leaves` it says goodbye when it has sent; the second part is sent
   * when so many answers have come.
   */
  async #converse(
    parts: readonly Buffer[],
    isEnough: (seen: Seen) => boolean,
    { leaves = false, answersBetween = 0 } = {},
  ): Promise<Seen> {
    const connection = await RawConnection.open(this.#address);
    const chunks: Buffer[] = [];
    let hasEnded = false;
    const look = (): Seen => {
      const received = Buffer.concat(chunks);
      return { answers: this.#speaker.answers(received, hasEnded), hasEnded, received };
    };
    const talk = async (): Promise<Seen> => {
      // The gateway may have closed before it has taken everything.
      const unsent = [...parts];
      const send = (): void => {
        const part = unsent.shift();
        if (part) void connection.send(part);
      };
      send();
      if (answersBetween === 0) send();
      if (leaves) connection.halfClose();
      for (let chunk; (chunk = await connection.read());) {
        chunks.push(chunk);
        const seen = look();
        if (isEnough(seen)) return seen;
        if (unsent.length > 0 && seen.answers.length >= answersBetween) send();
      }
      hasEnded = true;
      return look();
    };
    try {
      const told = (): string =>
        `no end after ${JSON.stringify(Buffer.concat(parts).toString('latin1').slice(0, 300))}, got ${JSON.stringify(look().received.toString('latin1').slice(0, 300))}`;
      return await within(DEADLINE_MS, talk(), told);
    } finally {
      connection.close();
    }
  }
}
