// The socket transport of AJP connections.

import { BatchingTransport } from './batching-transport.ts';

/**
 * Closes without losing what was written before. Where a web server sees nothing of a reply it takes the request for
 * unanswered and may send it again, which has run; from the beginning of a reply without its end it sees that it was cut.
 */
export class AjpTransport extends BatchingTransport {
  override destroy(): void {
    this.end();
  }
}
