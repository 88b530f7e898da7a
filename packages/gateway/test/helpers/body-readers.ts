// A reader of a request body that remembers what it got.
import type { BodyReader, BodySource } from '../../src/exchange/body.ts';

/** Takes chunks until `isWilling` is false. */
export class RecordingReader implements BodyReader {
  isWilling = true;
  readonly chunks: string[] = [];
  /** `end`, or the message of the failure; null while the body goes on. */
  readonly endings: string[] = [];

  get text(): string {
    return this.chunks.join('');
  }

  chunk(bytes: Buffer): boolean {
    this.chunks.push(bytes.toString('latin1'));
    return this.isWilling;
  }

  end(): void {
    this.endings.push('end');
  }

  failed(reason: Error): void {
    this.endings.push(reason.message);
  }
}

/** A front's end of a body that remembers whether it was asked to pause. */
export class RecordingSource implements BodySource {
  isPaused = false;

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}
