// A Transport over arrays: what was written, whether it was closed, and a write capacity tests can change.
import type { Transport } from '../../src/transport.ts';

export class MemoryTransport implements Transport {
  readonly writes: Buffer[] = [];
  closed: 'no' | 'ended' | 'destroyed' = 'no';
  isPaused = false;
  /** What `write` returns: false plays a full socket. */
  hasRoom = true;
  onWrite: (bytes: Buffer) => void = () => {};
  onClose: () => void = () => {};

  write(bytes: Uint8Array): boolean {
    if (this.closed !== 'no') throw new Error('write after close');
    const copy = Buffer.from(bytes);
    this.writes.push(copy);
    this.onWrite(copy);
    return this.hasRoom;
  }

  end(): void {
    this.#close('ended');
  }

  destroy(): void {
    this.#close('destroyed');
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  /** Everything written so far, and forgets it. */
  take(): Buffer {
    return Buffer.concat(this.writes.splice(0));
  }

  #close(how: 'ended' | 'destroyed'): void {
    if (this.closed !== 'no') return;
    this.closed = how;
    this.onClose();
  }
}
