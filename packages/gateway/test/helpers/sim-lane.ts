// The worker's end of a lane, in memory: what has arrived, what is in line, what runs, what has been written.
import { FLAG, FRAME, encodeFrame } from '../../src/backends/workers/frames.ts';
import type { LaneSocket } from '../../src/backends/workers/lane.ts';

/** A request as the worker sees it. */
export interface SimRequest {
  readonly tag: number;
  /** The variable ID: which request it is, over all workers. */
  readonly id: number;
}

const HEADER_BYTES = 8;

/** A lane whose thread moves only when it is told to. Streamed bodies are not simulated. */
export class SimLane implements LaneSocket {
  /** Begun and not finished. */
  running: SimRequest | null = null;
  /** Written by the worker and not read by the gateway. */
  outbound: Buffer[] = [];
  isPaused = false;
  readonly #cancelled = new Set<number>();
  #arrived: Buffer = Buffer.alloc(0);
  #line: SimRequest[] = [];

  /** Whether what is written stays with the gateway, as when the kernel has no room for it. */
  isFull = false;
  #held: Buffer[] = [];

  /** The kernel has room again. */
  makeRoom(): void {
    this.isFull = false;
    for (const bytes of this.#held.splice(0)) this.write(bytes);
  }

  write(bytes: Buffer): boolean {
    if (this.isFull) return this.#held.push(bytes) === 0;
    this.#arrived = Buffer.concat([this.#arrived, bytes]);
    return true;
  }

  cork(): void {}

  uncork(): void {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  /** Whether the thread could begin a request. */
  get mayBegin(): boolean {
    return this.running === null && (this.#line.length > 0 || this.#arrived.length > 0);
  }

  /** The requests that have not been begun, in order. */
  get waiting(): number[] {
    this.#read();
    return this.#line.map(({ id }) => id);
  }

  /** Takes the next request out of the line; null if it was cancelled and is ended without being begun. */
  begin(): SimRequest | null {
    this.#read();
    const request = this.#line.shift();
    if (!request) throw new Error('there is nothing to begin');
    if (this.#cancelled.delete(request.tag)) {
      this.send(FRAME.failed, FLAG.end | FLAG.cancelled, request.tag, Buffer.alloc(0));
      return null;
    }
    this.running = request;
    return request;
  }

  /** Ends the running request with a response whose body is its id, in one frame or in three. */
  finish(isInPieces: boolean): void {
    const request = this.#end();
    const head = Buffer.from('200 OK\r\n');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    const body = Buffer.from(String(request.id));
    if (isInPieces) {
      this.send(FRAME.response, 0, request.tag, Buffer.concat([length, head]));
      this.send(FRAME.responseBody, 0, request.tag, body);
      this.send(FRAME.responseBody, FLAG.end, request.tag, Buffer.alloc(0));
    } else {
      this.send(FRAME.response, FLAG.end, request.tag, Buffer.concat([length, head, body]));
    }
  }

  /** Sends the head of a response, and then nothing. */
  beginResponse(): void {
    const head = Buffer.from('\0\0\0\x08200 OK\r\n', 'latin1');
    this.send(FRAME.response, 0, this.running?.tag ?? 0, head);
  }

  /** Ends the running request with an exception. */
  fail(): void {
    this.send(FRAME.failed, FLAG.end, this.#end().tag, Buffer.from('Traceback'));
  }

  cancel(tag: number): void {
    if (this.running?.tag === tag) {
      this.send(FRAME.failed, FLAG.end | FLAG.cancelled, this.#end().tag, Buffer.alloc(0));
    } else {
      this.#read();
      if (this.#line.some((request) => request.tag === tag)) this.#cancelled.add(tag);
    }
  }

  /** Gives back all that has not been begun: the tags, oldest first. */
  recall(): number[] {
    this.#read();
    const tags = this.#line.map(({ tag }) => tag);
    this.#line = [];
    this.#cancelled.clear();
    return tags;
  }

  send(type: number, flags: number, tag: number, payload: Buffer): void {
    this.outbound.push(encodeFrame(type, flags, tag, payload));
  }

  #end(): SimRequest {
    const request = this.running;
    if (!request) throw new Error('nothing runs');
    this.running = null;
    return request;
  }

  /** Moves whole frames from the socket to the line. */
  #read(): void {
    while (this.#arrived.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#arrived.readUInt32BE(0);
      const tag = this.#arrived.readUInt16BE(6);
      const words = this.#arrived.toString('latin1', HEADER_BYTES + 4, end).split('\0');
      this.#line.push({ tag, id: Number(words[words.indexOf('ID') + 1]) });
      this.#arrived = this.#arrived.subarray(end);
    }
  }
}
