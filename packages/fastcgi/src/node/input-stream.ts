// An input stream of a request as a Readable: its length is checked and its reader sets the pace.
import { Readable } from 'node:stream';
import { FastCgiError } from '../errors.ts';
import { quietPeerErrors } from './quiet-errors.ts';

/** What lets more input come. */
export interface InputPacer {
  pauseStdin(): void;
  resumeStdin(): void;
}

/**
 * Input of a request. Ends only if as many bytes came as were announced, and fails with FCGI_BODY_TRUNCATED otherwise;
 * bytes above the announced length are dropped, as CGI says. An `error` that nobody listens for is not
 * thrown.
 */
export class InputStream extends Readable {
  readonly #pacer: InputPacer;
  readonly #requestId: number;
  /** Bytes announced, undefined when unknown. */
  readonly expectedBytes: number | undefined;
  #receivedBytes = 0;
  #isInTurn: boolean;
  #isComplete = false;

  constructor(pacer: InputPacer, requestId: number, expectedBytes: number | undefined, isInTurn: boolean) {
    super();
    quietPeerErrors(this);
    this.#pacer = pacer;
    this.#requestId = requestId;
    this.expectedBytes = expectedBytes;
    this.#isInTurn = isInTurn;
  }

  /** The connection now delivers this stream and no other. */
  takeTurn(): void {
    this.#isInTurn = true;
  }

  /** Takes bytes from the connection. */
  receive(chunk: Buffer): void {
    const room = (this.expectedBytes ?? Infinity) - this.#receivedBytes;
    const wanted = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#receivedBytes += chunk.length;
    if (wanted.length > 0 && !this.destroyed && !this.push(wanted)) this.#pacer.pauseStdin();
  }

  /** Takes the end of the stream from the connection. */
  receiveEnd(): void {
    this.#isInTurn = false;
    this.#isComplete = true;
    if (this.destroyed) return;
    if (this.#receivedBytes < (this.expectedBytes ?? 0)) {
      const message = `${this.#receivedBytes} bytes of input, ${this.expectedBytes} announced`;
      this.destroy(new FastCgiError('FCGI_BODY_TRUNCATED', message, { requestId: this.#requestId }));
    } else {
      this.push(null);
    }
  }

  /** No more will be delivered, because the response is over: what has not come never will. */
  cease(): void {
    if (!this.#isComplete) this.destroy();
  }

  override _read(): void {
    if (this.#isInTurn) this.#pacer.resumeStdin();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Nobody reads any more, so nothing may stay held; what comes is dropped in `receive`.
    if (this.#isInTurn) this.#pacer.resumeStdin();
    callback(error);
  }
}
