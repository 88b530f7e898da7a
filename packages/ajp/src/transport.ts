// The seam between the protocol and the outside: whatever carries the bytes implements this.

/** The byte stream under a connection. `node/` implements it over a socket, tests over an array. */
export interface Transport {
  /** Queues bytes, which are never changed afterwards. False asks the caller to wait for `drained()`. */
  write(bytes: Uint8Array): boolean;
  /** Closes after what is queued has been sent. */
  end(): void;
  /** Closes now, in both directions. */
  destroy(): void;
  /** Stops calling `receive` until `resume`. */
  pause(): void;
  resume(): void;
}
