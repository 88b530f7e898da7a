// Which request ids are in use on a connection we opened, and which were.
import { OpenRequests } from './open-requests.ts';

const ID_MAX = 0xffff;

/**
 * Requests by id. Alone on its connection a request always has id 1, the only one every application has seen; when
 * several may share the connection ids count upwards, so that a late record never meets a new request.
 */
export class RequestIds<R extends { readonly id: number }> {
  readonly #active: OpenRequests<R> = new OpenRequests();
  #sizeMax: number;
  #highest = 0;
  #next = 1;

  /** Allows `sizeMax` requests at a time. */
  constructor(sizeMax: number) {
    this.#sizeMax = Math.min(sizeMax, ID_MAX);
  }

  /** Allows more or fewer at a time; those in use stay. */
  resize(sizeMax: number): void {
    this.#sizeMax = Math.min(sizeMax, ID_MAX);
  }

  get size(): number {
    return this.#active.size;
  }

  get isFull(): boolean {
    return this.#active.size >= this.#sizeMax;
  }

  /** An id that is not in use; call only when not full. */
  free(): number {
    if (this.#sizeMax === 1) return 1;
    while (this.#active.get(this.#next) !== undefined)
      this.#next = this.#next === ID_MAX ? 1 : this.#next + 1;
    return this.#next;
  }

  add(request: R): void {
    this.#active.add(request);
    this.#highest = Math.max(this.#highest, request.id);
    this.#next = request.id === ID_MAX ? 1 : request.id + 1;
  }

  get(id: number): R | undefined {
    return this.#active.get(id);
  }

  /** Whether a request had this id before; records for it are late, not wrong. */
  wasUsed(id: number): boolean {
    return id <= this.#highest;
  }

  delete(id: number): void {
    const request = this.#active.get(id);
    if (request !== undefined) this.#active.delete(request);
  }

  /** Those in use at this moment. */
  list(): R[] {
    return this.#active.list();
  }

  clear(): R[] {
    return this.#active.clear();
  }
}
