// Cuts a stream of bytes into whole lines of text.

/** A longer line is handed on in pieces of this size, so that a worker cannot make the gateway hold more. */
const LINE_BYTES_MAX = 64 * 1024;
const LF = 10;

/** Calls `onLine` for each line, without its end. `end()` hands on what is left. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  receive(chunk: Buffer): void {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    for (let end = rest.indexOf(LF); end >= 0 || rest.length > LINE_BYTES_MAX; end = rest.indexOf(LF)) {
      const length = end >= 0 && end <= LINE_BYTES_MAX ? end : LINE_BYTES_MAX;
      this.#onLine(rest.toString('utf8', 0, length).trimEnd());
      rest = rest.subarray(length === end ? end + 1 : length);
    }
    this.#held = rest;
  }

  end(): void {
    if (this.#held.length > 0) this.#onLine(this.#held.toString('utf8').trimEnd());
    this.#held = Buffer.alloc(0);
  }
}
