// Events as lines of text, so that expectations can be data.

/** A log in which the pieces of one stream are joined: how the input was cut leaves no trace. */
export class EventLog {
  readonly #lines: string[] = [];
  #open: string | undefined;

  add(line: string): void {
    this.#lines.push(line);
    this.#open = undefined;
  }

  /** Adds to the line of `stream` if that was the last one, otherwise begins a new line. */
  addPiece(stream: string, piece: Buffer): void {
    const text = JSON.stringify(piece.toString('latin1')).slice(1, -1);
    if (this.#open === stream) this.#lines.push(`${this.#lines.pop() ?? ''}${text}`);
    else this.#lines.push(`${stream} ${text}`);
    this.#open = stream;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}
