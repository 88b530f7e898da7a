// A client and a server connection with a wire between them: limited capacity, pieces of a given size, no clock.
import {
  ClientConnection,
  ServerConnection,
  type ClientHandler,
  type ClientRequest,
  type FastCgiError,
  type ServerHandler,
  type ServerRequest,
  type Transport,
} from '../../src/index.ts';

/** One direction: bytes wait until the pair moves them. */
class Wire implements Transport {
  readonly waiting: Buffer[] = [];
  state: 'open' | 'ended' | 'destroyed' = 'open';
  isPaused = false;
  waitingBytes = 0;
  needsDrain = false;
  readonly #capacity: number;
  /** The wire that brings bytes to the side which writes on this one; that is the one it pauses. */
  incoming: Wire = this;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  write(bytes: Uint8Array): boolean {
    // What was written must not change before it is read, so the reader gets the very bytes.
    this.waiting.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    this.waitingBytes += bytes.length;
    if (this.waitingBytes < this.#capacity) return true;
    this.needsDrain = true;
    return false;
  }
  end(): void {
    this.state = 'ended';
  }
  destroy(): void {
    this.state = 'destroyed';
  }
  pause(): void {
    this.incoming.isPaused = true;
  }
  resume(): void {
    this.incoming.isPaused = false;
  }

  /** Takes up to `size` bytes off the wire. */
  take(size: number): Buffer | undefined {
    const first = this.waiting[0];
    if (first === undefined || this.isPaused) return undefined;
    const piece = first.subarray(0, size);
    if (piece.length === first.length) this.waiting.shift();
    else this.waiting[0] = first.subarray(size);
    this.waitingBytes -= piece.length;
    return piece;
  }
}

export interface Sending {
  readonly nonce: string;
  readonly bodyLength: number;
  readonly answerLength: number;
  /** Whether the client gives it up once the answer begins. */
  readonly abort: boolean;
}

/** What came of one request, filled in as it goes. */
export class Outcome {
  readonly sending: Sending;
  isDone = false;
  isAborted = false;
  /** Whether any byte was not this request's own. */
  isWrong = false;
  received = 0;
  unsent: number;

  constructor(sending: Sending) {
    this.sending = sending;
    this.unsent = sending.bodyLength;
  }
}

interface Serving {
  readonly nonce: string;
  readonly bodyLength: number;
  received: number;
  unsent: number;
}

export interface PairOptions {
  readonly concurrency: number;
  readonly pieceSize: number;
  readonly capacity: number;
}

const WRITE_SIZE = 10_000;

/** Joins the two sides. The application answers every request with its nonce over and over. */
export class Pair implements ClientHandler<Outcome>, ServerHandler<Serving> {
  readonly errors: FastCgiError[] = [];
  readonly #toServer: Wire;
  readonly #toClient: Wire;
  readonly #client: ClientConnection<Outcome>;
  readonly #server: ServerConnection<Serving>;
  readonly #pieceSize: number;
  readonly #queue: Outcome[] = [];
  /** Requests begun, not done and not given up. */
  #wanted = 0;
  readonly #stalled: Set<string> = new Set();
  readonly #held: ServerRequest<Serving>[] = [];

  constructor({ concurrency, pieceSize, capacity }: PairOptions) {
    this.#pieceSize = pieceSize;
    this.#toServer = new Wire(capacity);
    this.#toClient = new Wire(capacity);
    this.#toServer.incoming = this.#toClient;
    this.#toClient.incoming = this.#toServer;
    this.#client = new ClientConnection<Outcome>(this.#toServer, this, { concurrency });
    this.#server = new ServerConnection<Serving>(this.#toClient, this);
  }

  send(sending: Sending): Outcome {
    const outcome = new Outcome(sending);
    this.#queue.push(outcome);
    return outcome;
  }

  /** The application will not read the request with this nonce until `releaseRequests`. */
  stallRequest(nonce: string): void {
    this.#stalled.add(nonce);
  }

  releaseRequests(): void {
    this.#stalled.clear();
    for (const request of this.#held.splice(0)) request.resumeStdin();
  }

  /** Moves bytes until nothing moves any more. */
  run(): void {
    for (let isMoving = true; isMoving;) {
      isMoving = this.#begin();
      isMoving = this.#move(this.#toServer, this.#server, this.#client) || isMoving;
      isMoving = this.#move(this.#toClient, this.#client, this.#server) || isMoving;
    }
  }

  #begin(): boolean {
    const outcome = this.#client.canRequest ? this.#queue.shift() : undefined;
    if (outcome === undefined) return false;
    this.#wanted += 1;
    const { nonce, answerLength, bodyLength } = outcome.sending;
    const params = [
      ['NONCE', nonce],
      ['ANSWER_LENGTH', String(answerLength)],
      ['BODY_LENGTH', String(bodyLength)],
    ] as const;
    this.#pump(this.#client.request({ params, userData: outcome }));
    return true;
  }

  #move(wire: Wire, reader: { receive(chunk: Buffer): void }, writer: { drained(): void }): boolean {
    const piece = wire.take(this.#pieceSize);
    if (piece === undefined) return false;
    reader.receive(piece);
    if (wire.needsDrain && wire.waitingBytes === 0) {
      wire.needsDrain = false;
      writer.drained();
    }
    return true;
  }

  /** The client writes its body while there is room. */
  #pump(request: ClientRequest<Outcome>): void {
    const outcome = request.userData;
    while (outcome !== undefined && outcome.unsent > 0) {
      const size = Math.min(WRITE_SIZE, outcome.unsent);
      const offset = outcome.sending.bodyLength - outcome.unsent;
      outcome.unsent -= size;
      const isReady = request.writeStdin(pattern(outcome.sending.nonce, offset, size));
      if (outcome.unsent > 0 && !isReady) return;
    }
    request.endStdin();
  }

  onHead(request: ClientRequest<Outcome>): void {
    const outcome = request.userData;
    // The last one that is wanted takes the connection with it, and there is only one here.
    if (outcome?.sending.abort !== true || this.#wanted < 2) return;
    this.#wanted -= 1;
    outcome.isAborted = true;
    outcome.unsent = 0;
    request.abort();
  }
  onBody({ userData }: ClientRequest<Outcome>, chunk: Buffer): void {
    if (userData === undefined) return;
    if (!pattern(userData.sending.nonce, userData.received, chunk.length).equals(chunk))
      userData.isWrong = true;
    userData.received += chunk.length;
  }
  onEnd({ userData }: ClientRequest<Outcome>): void {
    if (userData === undefined) return;
    userData.isDone = true;
    this.#wanted -= 1;
    if (userData.received !== userData.sending.answerLength) userData.isWrong = true;
  }
  onFail({ userData }: ClientRequest<Outcome>, error: FastCgiError): void {
    if (userData !== undefined) userData.isWrong = true;
    this.errors.push(error);
  }
  onStderr(): void {
    throw new Error('nobody writes STDERR');
  }

  onRequest(request: ServerRequest<Serving>): void {
    const nonce = request.params.get('NONCE') ?? '';
    const bodyLength = Number(request.params.get('BODY_LENGTH'));
    request.userData = {
      nonce,
      bodyLength,
      received: 0,
      unsent: Number(request.params.get('ANSWER_LENGTH')),
    };
    if (!this.#stalled.has(nonce)) return;
    request.pauseStdin();
    this.#held.push(request);
  }
  onStdin({ userData }: ServerRequest<Serving>, chunk: Buffer): void {
    if (userData === undefined) return;
    const isOwn = pattern(userData.nonce, userData.received, chunk.length).equals(chunk);
    userData.received += chunk.length;
    // A wrong byte makes a wrong answer, which the client sees.
    if (!isOwn) userData.unsent += 1;
  }
  onStdinEnd(request: ServerRequest<Serving>): void {
    const serving = request.userData;
    if (serving === undefined) return;
    if (serving.received !== serving.bodyLength) serving.unsent += 1;
    if (request.writeStdout(Buffer.from('Content-Type: x\r\n\r\n'))) this.#answer(request);
  }
  onData(): void {
    throw new Error('nobody sends DATA');
  }
  onDataEnd(): void {
    throw new Error('nobody sends DATA');
  }
  onAbort(request: ServerRequest<Serving>): void {
    request.end([], 1);
  }
  onError(error: FastCgiError): void {
    this.errors.push(error);
  }

  onDrain(request: ClientRequest<Outcome> | ServerRequest<Serving>): void {
    if ('writeStdin' in request) this.#pump(request);
    else this.#answer(request);
  }

  #answer(request: ServerRequest<Serving>): void {
    const serving = request.userData;
    if (serving === undefined) return;
    const total = Number(request.params.get('ANSWER_LENGTH'));
    while (serving.unsent > WRITE_SIZE) {
      const offset = total - serving.unsent;
      serving.unsent -= WRITE_SIZE;
      if (!request.writeStdout(pattern(serving.nonce, offset, WRITE_SIZE))) return;
    }
    request.end([pattern(serving.nonce, total - serving.unsent, serving.unsent)]);
  }
}

/** `length` bytes of the nonce repeated, from `offset` on. */
function pattern(nonce: string, offset: number, length: number): Buffer {
  return Buffer.alloc(length + nonce.length, nonce)
    .subarray(offset % nonce.length)
    .subarray(0, length);
}
