// The seam between the protocol and the outside: whatever carries the bytes implements this.

/**
 * Where a connection's bytes go. The node adapters implement it over `net.Socket`; a test implements it over arrays.
 * Buffers given to `write` belong to the transport from then on and are never changed afterwards by the core.
 */
export interface Transport {
  /** Sends bytes in order. False: the buffer is full; the bytes were taken, call `drained()` when there is room. */
  write(bytes: Uint8Array): boolean;
  /**
   * Everything is written: flush, then send FIN. Keep calling `receive` until the peer closes, with a deadline of your
   * own; closing a socket with unread input makes the kernel reset the connection and lose the tail of the answer.
   *
   * @param isLast the peer has said everything, so that closing at once after the flush does no harm; default false
   */
  end(isLast?: boolean): void;
  /** Close now, if possible with a reset, so that the peer cannot take a cut answer for a complete one. */
  destroy(): void;
  /** Stop calling `receive`. */
  pause(): void;
  /** Go on calling `receive`, but not from within this call. */
  resume(): void;
  /** Several writes follow that should leave together; called in pairs with `uncork`. */
  cork?(): void;
  uncork?(): void;
}
