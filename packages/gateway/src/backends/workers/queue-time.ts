// Tells the application how long its request has waited, as `sluice.queue_ms` among its variables.

import { Variables } from '../../exchange/variables.ts';

const NAME = 'sluice.queue_ms';
const NAME_BYTES = Buffer.from(`${NAME}\0`, 'latin1');
const ZERO = 48;
const POINT = 46;

/**
 * The variables with `sluice.queue_ms` set to the time in milliseconds with one decimal, such as `12.4`, whether or not
 * it has been set before. Every request that has waited passes here, so nothing that is there already is copied.
 */
export function withQueueTime(variables: Variables, waitedMs: number): Variables {
  const others = variables instanceof WaitedVariables ? variables.others : variables;
  return new WaitedVariables(others, encode(waitedMs));
}

/** Variables with one more behind them. */
class WaitedVariables extends Variables {
  readonly others: Variables;
  readonly #pair: Buffer;

  constructor(others: Variables, pair: Buffer) {
    super(others.block);
    this.others = others;
    this.#pair = pair;
  }

  override get byteLength(): number {
    return this.others.byteLength + this.#pair.length;
  }

  override writeInto(target: Uint8Array, at: number): number {
    const end = this.others.writeInto(target, at);
    target.set(this.#pair, end);
    return end + this.#pair.length;
  }

  override get(name: string): string | undefined {
    return name === NAME ? this.#text : this.others.get(name);
  }

  override entries(): MapIterator<[name: string, value: string]> {
    return new Map(this.others.entries()).set(NAME, this.#text).entries();
  }

  override with(changes: Readonly<Record<string, string>>): Variables {
    return this.others.with({ [NAME]: this.#text, ...changes });
  }

  get #text(): string {
    return this.#pair.toString('latin1', NAME_BYTES.length, this.#pair.length - 1);
  }
}

/** Name and value as a block has them. Written by hand: making strings would cost several times as much. */
function encode(waitedMs: number): Buffer {
  let tenths = Math.round(waitedMs * 10);
  let digits = 2;
  for (let rest = tenths; rest >= 100; rest = Math.floor(rest / 10)) digits++;
  const pair = Buffer.allocUnsafe(NAME_BYTES.length + digits + 2);
  pair.set(NAME_BYTES, 0);
  let at = pair.length - 1;
  pair[at] = 0;
  for (let place = 0; place < digits; place++) {
    if (place === 1) pair[--at] = POINT;
    pair[--at] = ZERO + (tenths % 10);
    tenths = Math.floor(tenths / 10);
  }
  return pair;
}
