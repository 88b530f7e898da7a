// Spreads kept connections evenly over several gateways: knows how many each has, and who gets the next one. Pure.

/** More than the gateway with the fewest has, by so many or by this part: below that nobody bothers. */
const SLACK_COUNT = 2;
const SLACK_PART = 1 / 8;

/** How the connections are spread, by the numbers of the gateways that serve. */
export class Spread {
  readonly #counts = new Map<number, number>();

  /** A gateway has so many connections. */
  reported(number: number, count: number): void {
    this.#counts.set(number, count);
  }

  /** A gateway takes no more connections. */
  left(number: number): void {
    this.#counts.delete(number);
  }

  /** From how many connections on a gateway should pass further ones on. */
  get limit(): number {
    const least = Math.min(...this.#counts.values());
    return this.#counts.size < 2 ? Infinity : least + Math.max(SLACK_COUNT, Math.floor(least * SLACK_PART));
  }

  /** Who should have one more: counted as if it had it already. Null if nobody serves. */
  choose(): number | null {
    const least = Math.min(...this.#counts.values());
    const [number] = [...this.#counts].find(([, count]) => count === least) ?? [];
    if (number === undefined) return null;
    this.#counts.set(number, least + 1);
    return number;
  }
}
