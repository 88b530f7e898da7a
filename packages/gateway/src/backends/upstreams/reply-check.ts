// Owns what a reply says about its length: servers that lie about it cost themselves, not those who are in front.

import type { Head } from '../../exchange/head.ts';
import { malformed } from './failure.ts';

/** Counts the body of one reply against its head. */
export class ReplyCheck {
  /** Whether there is a body at all (RFC 9110 section 6.4.1). Bytes of one that must not be there are dropped. */
  readonly hasBody: boolean;
  readonly #announcedBytes: number | null;
  #seenBytes = 0;

  /** Throws an `UpstreamFailure` if the length cannot be read in one way only. */
  constructor(method: string, head: Head) {
    const { status } = head;
    this.#announcedBytes = contentLength(head);
    this.hasBody = method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304;
  }

  /** Counts bytes before they are passed on. Throws an `UpstreamFailure` if they are too many. */
  add(bytes: number): void {
    this.#seenBytes += bytes;
    if (this.#announcedBytes !== null && this.#seenBytes > this.#announcedBytes) {
      throw malformed(`the body is longer than its Content-Length of ${this.#announcedBytes} bytes`);
    }
  }

  /** The server says that the reply is complete. Throws an `UpstreamFailure` if something is missing. */
  end(): void {
    if (!this.hasBody || this.#announcedBytes === null || this.#seenBytes === this.#announcedBytes) return;
    throw malformed(`the body ended after ${this.#seenBytes} of ${this.#announcedBytes} bytes`);
  }
}

function contentLength(head: Head): number | null {
  let length: number | null = null;
  for (const [name, value] of head.headers()) {
    if (name.toLowerCase() !== 'content-length') continue;
    const number = Number(value);
    if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) {
      throw malformed(`Content-Length is ${JSON.stringify(value.slice(0, 40))}`);
    }
    if (length !== null) throw malformed('Content-Length is there twice');
    length = number;
  }
  return length;
}
