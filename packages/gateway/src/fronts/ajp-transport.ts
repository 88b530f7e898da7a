// The socket transport of AJP connections.

import { BatchingTransport } from './batching-transport.ts';

/** Long enough for a web server to pass on what it has, before it sees that no more will come. */
const APART_MS = 50;

/**
 * Closes without losing what was written before, and a moment after it. Where a web server sees nothing of a reply it
 * takes the request for unanswered and may send it again, which has run. And lighttpd takes a reply whose beginning
 * and whose break it reads together for a complete one.
 */
export class AjpTransport extends BatchingTransport {
  override destroy(): void {
    setTimeout(() => this.end(), APART_MS).unref();
  }
}
