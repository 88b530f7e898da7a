// A response as a Readable, in the manner of node:http.
import { Readable } from 'node:stream';
import type { ClientRequest } from '../client-request.ts';
import type { HeaderPair } from '../header-list.ts';
import type { ResponseHead } from '../response-head.ts';
import { headersByName } from './header-map.ts';

/**
 * The response from a container. It is read at the reader's pace; a response that breaks off emits `error`, so what
 * reaches `end` is complete. Destroying it gives the request up.
 */
export class IncomingResponse extends Readable {
  readonly statusCode: number;
  readonly statusMessage: string;
  /** In the order of the wire, repeats kept. */
  readonly headerList: readonly HeaderPair[];
  readonly #request: ClientRequest;
  #isBehind = false;
  #headers: Record<string, string> | null = null;

  constructor(head: ResponseHead, request: ClientRequest) {
    super();
    this.statusCode = head.status;
    this.statusMessage = head.reason;
    this.headerList = head.headers;
    this.#request = request;
  }

  /** By lower-case name, repeats joined by ", ". Several set-cookie can only be told apart in `headerList`. */
  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= headersByName(this.headerList);
    return this.#headers;
  }

  /** True while the reader is behind and the container is therefore not read. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Adds received bytes; the container is not read on until the reader has caught up. */
  receive(chunk: Buffer): void {
    if (this.push(chunk)) return;
    this.#isBehind = true;
    this.#request.pause();
  }

  override _read(): void {
    if (!this.#isBehind) return;
    this.#isBehind = false;
    this.#request.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#request.abort();
    callback(error);
  }
}
