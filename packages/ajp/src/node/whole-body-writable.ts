// A Writable that knows when `end(data)` is all there is, so that length and bytes can leave together.
import { Writable } from 'node:stream';

/** Keeps the data of a lone `end(data)` in `wholeBody` instead of writing it; `_final` finds it there. */
export abstract class WholeBodyWritable extends Writable {
  /** The entire body, null if it was written in pieces or not at all. */
  protected wholeBody: Uint8Array | null = null;

  /** True while nothing was sent yet. */
  protected abstract isUntouched(): boolean;

  override end(chunk?: unknown, encoding?: unknown, finished?: unknown): this {
    const callback = [chunk, encoding, finished].find(isCallback);
    if (chunk === undefined || chunk === null || isCallback(chunk)) return super.end(callback);
    const charset = typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8';
    const isLone = this.isUntouched() && this.writableLength === 0 && !this.writableEnded;
    if (isLone && typeof chunk === 'string') this.wholeBody = Buffer.from(chunk, charset);
    else if (isLone && chunk instanceof Uint8Array) this.wholeBody = chunk;
    else return super.end(chunk, charset, callback);
    return super.end(callback);
  }
}

function isCallback(value: unknown): value is () => void {
  return typeof value === 'function';
}
