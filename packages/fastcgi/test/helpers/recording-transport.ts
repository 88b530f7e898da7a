// A transport that remembers everything and whose capacity the test sets.
import type { Transport } from '../../src/index.ts';

export class RecordingTransport implements Transport {
  readonly writes: Buffer[] = [];
  /** Bytes taken before `write` says false. */
  capacity = Infinity;
  state: 'open' | 'ended' | 'destroyed' = 'open';
  isPaused = false;
  /** Whether it was ended with nothing more to come from the peer. */
  isEndLast = false;

  get bytes(): Buffer {
    return Buffer.concat(this.writes);
  }

  get hex(): string {
    return this.bytes.toString('hex');
  }

  write(bytes: Uint8Array): boolean {
    this.writes.push(Buffer.from(bytes));
    this.capacity -= bytes.length;
    return this.capacity > 0;
  }
  end(isLast: boolean = false): void {
    this.isEndLast = isLast;
    if (this.state === 'open') this.state = 'ended';
  }
  destroy(): void {
    this.state = 'destroyed';
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
}
