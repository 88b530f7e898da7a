// What may stand between a backend and its front: the waist's side of buffered replies and of replies from files.

import { GatewayError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { Head } from './head.ts';

/** Bytes of a file that are the body of a reply. The file is named by path, and known by its numbers. */
export interface FileRange {
  /** Absolute. */
  readonly path: Buffer;
  readonly device: bigint;
  readonly inode: bigint;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** Sends a reply in the place of its backend, by `Exchange.begin` and `Exchange.deliver`. */
export interface Sender {
  /** What the backend writes all the same, as `Exchange.write`. False: it hears from its `Holder.drained`. */
  write(bytes: Buffer, isLast: boolean): boolean;
  /** The front takes bytes again. */
  drained(): void;
  /** The exchange is over, however it ended: lets go of everything. */
  dropped(): void;
}

/** Decides about replies that do not simply go from the backend to the front. */
export interface Delivery {
  /** The front takes no more for now: makes what does, or returns null to let the backend wait. */
  hold(exchange: Exchange): Sender | null;
  /**
   * Looks at a head with extension headers before it is sent. Returns it, or another one in its place, or null if it has
   * taken the reply over.
   */
  divert(exchange: Exchange, head: Head): Head | null;
  /** Sends a reply whose body is in a file, or fails the exchange. */
  sendFile(exchange: Exchange, head: Head, file: FileRange): void;
}

/** Holds nothing, diverts nothing, and sends no files. */
export const DIRECT: Delivery = {
  hold: () => null,
  divert: (_exchange, head) => head,
  sendFile: (exchange) => {
    exchange.fail(new GatewayError('SLUICE_REPLY_FILE', 'files are not sent here'));
  },
};
