// The requests of one connection that have begun and not ended, by their ids.

/**
 * A map that costs nothing for the request that is alone on its connection, as nearly all are. A Map that is filled and
 * emptied all the time makes itself anew again and again, and its discarded tables keep each other from being collected.
 */
export class OpenRequests<R extends { readonly id: number }> {
  #first: R | undefined;
  readonly #others: Map<number, R> = new Map();

  get size(): number {
    return this.#others.size + (this.#first === undefined ? 0 : 1);
  }

  get(id: number): R | undefined {
    if (this.#first?.id === id) return this.#first;
    return this.#others.size === 0 ? undefined : this.#others.get(id);
  }

  /** Adds one whose id is not in use. */
  add(request: R): void {
    if (this.#first === undefined) this.#first = request;
    else this.#others.set(request.id, request);
  }

  delete(request: R): void {
    if (this.#first === request) this.#first = undefined;
    else this.#others.delete(request.id);
  }

  /** All of them at this moment. */
  list(): R[] {
    const others = this.#others.size === 0 ? [] : [...this.#others.values()];
    return this.#first === undefined ? others : [this.#first, ...others];
  }

  /** Takes all of them out. */
  clear(): R[] {
    const all = this.list();
    this.#first = undefined;
    this.#others.clear();
    return all;
  }
}
