// Tells whoever started the gateway that it is ready: a line feed into a descriptor that was inherited for that, which
// is closed then (the protocol of s6). If the gateway ends before, its end is all there is to see.

import { closeSync, fstatSync, writeSync } from 'node:fs';

/** Returns what is to be called once, when the gateway is ready. Throws if nothing is open at that descriptor. */
export function readyDescriptor(descriptor: number): () => void {
  fstatSync(descriptor);
  return () => {
    try {
      writeSync(descriptor, '\n');
      closeSync(descriptor);
    } catch {
      // Nobody waits any more.
    }
  };
}
