// Cuts a stream of bytes into whole lines of text.

/** A longer line is handed on in pieces of this size, so that a worker cannot make the gateway hold more. */
const LINE_BYTES_MAX = 64 * 1024;
const LF = 10;

/** Calls `onLine` for each line, without its end. `end()` hands on what is left. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  receive(chunk: Buffer): void {
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(LF, from);
      const stop = end < 0 ? chunk.length : end;
      const room = LINE_BYTES_MAX - this.#heldBytes;
      if (stop - from > room) {
        this.#hold(chunk.subarray(from, from + room));
        this.#emit();
        from += room;
      } else {
        this.#hold(chunk.subarray(from, stop));
        if (end >= 0) this.#emit();
        from = stop + 1;
      }
    }
  }

  end(): void {
    if (this.#heldBytes > 0) this.#emit();
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  #emit(): void {
    const line = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    this.#onLine(line.toString('utf8').trimEnd());
  }
}
