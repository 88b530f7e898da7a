// Decides, in one of several gateways, whether a connection that it has accepted should be another one's. Pure.

/** Connections that live for less are not worth the effort: of those, whoever has little to do accepts the next one. */
const SHORT_MS = 1_000;
/** How much of what is believed of lifetimes a single one changes. */
const WEIGHT = 1 / 16;

/** How many connections a gateway has and may have, and how long they live. */
export class Overflow {
  /** From so many on, further ones are passed on. */
  limit: number = Infinity;
  /** Connections that are open. */
  openCount = 0;
  /** A mean of logarithms: a few that live long do not hide the many that do not. At first nothing is known. */
  #lifetimeLog2 = Math.log2(60 * SHORT_MS);

  /** Whether one that has just been accepted should go elsewhere. */
  get shouldPassOn(): boolean {
    return this.openCount >= this.limit && this.#lifetimeLog2 >= Math.log2(SHORT_MS);
  }

  opened(): void {
    this.openCount++;
  }

  /** One has ended that was open for so long. */
  closed(lifetimeMs: number): void {
    this.openCount--;
    this.#lifetimeLog2 += WEIGHT * (Math.log2(lifetimeMs + 1) - this.#lifetimeLog2);
  }
}
