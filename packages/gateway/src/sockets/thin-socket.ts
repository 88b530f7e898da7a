// An accepted connection without the streams of Node, which cost more than everything else about a connection that lives
// for one request.

import { EventEmitter } from 'node:events';
import { getSystemErrorName } from 'node:util';
import { Leaving } from './leaving.ts';
import { streamBinding, type Ends, type Handle, type ShutdownRequest, type WriteRequest } from './native.ts';

interface ThinSocketEvents {
  /** Everything that was written has been sent, after some of it had to wait. */
  drain: [];
  /** The peer sends no more. */
  end: [];
  error: [error: Error];
  close: [];
}

/** libuv's number for the end of a stream. */
const END_OF_STREAM = -4095;
/** What `shutdown` returns if nothing was left to do. */
const DONE_AT_ONCE = 1;

const OWNER = Symbol('owner');
type Owned = Handle & { [OWNER]?: ThinSocket };

const binding = streamBinding();
/** How long peers may take to close, once everything has been said. */
const leaving = new Leaving<ThinSocket>(10_000);
/** For the next write: only one that the system does not take at once keeps it. */
let spare: WriteRequest | null = null;

/**
 * Stands in for a `net.Socket` with `allowHalfOpen` as far as fronts for web servers use one: the same names with the same
 * meaning. Nothing is read before {@link read}, always into memory of the reader's.
 */
export class ThinSocket extends EventEmitter<ThinSocketEvents> {
  destroyed = false;
  /** Whether everything has been sent, and the peer knows that no more comes. */
  writableFinished = false;
  bytesRead = 0;
  /** Bytes that were written, sent or not. */
  bytesWritten = 0;
  readonly #handle: Owned;
  readonly #released: () => void;
  #buffer: Buffer | null = null;
  #received: ((bytes: Buffer) => void) | null = null;
  #corked: Uint8Array[] = [];
  #corkedBytes = 0;
  #corksCount = 0;
  /** Bytes that the system has not taken yet. */
  #unsentBytes = 0;
  #isReading = false;
  #isEnding = false;
  /** Whether the peer is not waited for at the end. */
  #isClosing = false;
  #hasPeerEnded = false;
  #failure: Error | null = null;
  #remote: Ends | null = null;
  #local: Ends | null = null;

  /** Whether there can be any in this version of Node. */
  static get isPossible(): boolean {
    return binding !== null;
  }

  /** @param released called when it is closed, before 'close' */
  constructor(handle: Handle, released: () => void) {
    super();
    this.#handle = handle;
    this.#released = released;
    this.#handle[OWNER] = this;
    handle.onread = onRead;
  }

  /** Bytes that were written and have not been sent. */
  get writableLength(): number {
    return this.#unsentBytes + this.#corkedBytes;
  }

  get remoteAddress(): string | undefined {
    return this.#remoteEnd.address;
  }

  get remotePort(): number | undefined {
    return this.#remoteEnd.port;
  }

  get localAddress(): string | undefined {
    return this.#localEnd.address;
  }

  get localPort(): number | undefined {
    return this.#localEnd.port;
  }

  /**
   * Begins to read.
   *
   * @param received takes what has been read: a view of `buffer`, which the next read overwrites
   */
  read(buffer: Buffer, received: (bytes: Buffer) => void): void {
    if (this.destroyed) return;
    this.#buffer = buffer;
    this.#received = received;
    this.#handle.useUserBuffer(buffer);
    this.resume();
  }

  pause(): void {
    if (!this.#isReading || this.destroyed) return;
    this.#isReading = false;
    this.#handle.readStop();
  }

  resume(): void {
    if (this.#isReading || this.destroyed || this.#hasPeerEnded || !this.#received) return;
    this.#isReading = true;
    this.#check(this.#handle.readStart(), 'read');
  }

  /** Sends bytes, which must not change until they are sent. Returns whether all has been; if not, 'drain' follows. */
  write(bytes: Uint8Array): boolean {
    if (this.destroyed || this.#isEnding) return true;
    this.bytesWritten += bytes.length;
    if (this.#corksCount > 0) {
      this.#corked.push(bytes);
      this.#corkedBytes += bytes.length;
    } else {
      this.#send([bytes], bytes.length);
    }
    return this.writableLength === 0;
  }

  /** What is written from now on goes out in one piece, at as many calls of `uncork`. */
  cork(): void {
    this.#corksCount++;
  }

  uncork(): void {
    if (this.#corksCount > 0 && --this.#corksCount === 0) this.#sendCorked();
  }

  /** Sends the end behind what was written. Closes when the peer has ended, too; at last ten seconds after all is sent. */
  end(): void {
    if (this.destroyed || this.#isEnding) return;
    this.#corksCount = 0;
    this.#sendCorked();
    this.#isEnding = true;
    if (this.#unsentBytes === 0) this.#finish();
  }

  /** As `end`, but closes when all is sent: for a peer that has said everything. What it still sent would reset it. */
  close(): void {
    this.#isClosing = true;
    this.end();
  }

  /** Closes now. An error is told by 'error', before 'close'. */
  destroy(error: Error | null = null): void {
    if (this.#leave(error)) this.#handle.close(onClosed);
  }

  /** Closes now and resets the connection, where there are resets: not on a Unix socket. */
  resetAndDestroy(): void {
    if (!this.#leave(null)) return;
    if (!this.#handle.reset || this.#handle.reset(onClosed) !== 0) this.#handle.close(onClosed);
  }

  get #remoteEnd(): Ends {
    if (this.#remote === null) {
      this.#remote = {};
      if (!this.destroyed) this.#handle.getpeername?.(this.#remote);
    }
    return this.#remote;
  }

  get #localEnd(): Ends {
    if (this.#local === null) {
      this.#local = {};
      if (!this.destroyed) this.#handle.getsockname?.(this.#local);
    }
    return this.#local;
  }

  /** Returns false if it has left already. */
  #leave(error: Error | null): boolean {
    if (this.destroyed) return false;
    this.destroyed = true;
    this.#failure = error;
    this.#received = null;
    this.#corked = [];
    leaving.delete(this);
    return true;
  }

  #sendCorked(): void {
    if (this.#corked.length === 0) return;
    const [pieces, byteCount] = [this.#corked, this.#corkedBytes];
    this.#corked = [];
    this.#corkedBytes = 0;
    this.#send(pieces, byteCount);
    // Whoever wrote them was told to wait.
    if (this.#unsentBytes === 0) process.nextTick(onSentAtOnce, this);
  }

  #send(pieces: readonly Uint8Array[], byteCount: number): void {
    if (this.destroyed || !binding) return;
    const request = (spare ??= new binding.WriteWrap());
    const [first] = pieces;
    const code =
      pieces.length === 1 && first
        ? this.#handle.writeBuffer(request, first)
        : this.#handle.writev(request, pieces, true);
    if (!this.#check(code, 'write')) return;
    if (binding.streamBaseState[binding.kLastWriteWasAsync] === 0) return;
    spare = null;
    request.handle = this.#handle;
    request.buffer = pieces;
    request.byteCount = byteCount;
    request.oncomplete = onWritten;
    this.#unsentBytes += byteCount;
  }

  #finish(): void {
    if (this.destroyed || !binding) return;
    if (this.#isClosing || this.#hasPeerEnded) {
      this.writableFinished = true;
      this.destroy();
      return;
    }
    const request = new binding.ShutdownWrap();
    request.handle = this.#handle;
    request.oncomplete = onShutDown;
    const code = this.#handle.shutdown(request);
    if (code === DONE_AT_ONCE) ThinSocket.finished(this, 0);
    else this.#check(code, 'shutdown');
    // Not before: a slow peer may need longer for what it is sent. One that takes nothing is for others to find.
    if (!this.destroyed) leaving.add(this);
  }

  /** Closes the connection with what the number of an error says. Returns whether there was none. */
  #check(code: number, call: string): boolean {
    if (code === 0) return true;
    const name = getSystemErrorName(code);
    this.destroy(Object.assign(new Error(`${call} ${name}`), { code: name, errno: code, syscall: call }));
    return false;
  }

  static received(socket: ThinSocket, count: number): void {
    if (count > 0) {
      socket.bytesRead += count;
      if (socket.#buffer) socket.#received?.(socket.#buffer.subarray(0, count));
    } else if (count === END_OF_STREAM) {
      if (socket.destroyed) return;
      socket.#hasPeerEnded = true;
      socket.#isReading = false;
      socket.emit('end');
      if (socket.writableFinished) socket.destroy();
    } else if (count < 0) {
      socket.#check(count, 'read');
    }
  }

  static written(socket: ThinSocket, status: number, byteCount: number): void {
    socket.#unsentBytes -= byteCount;
    if (socket.destroyed || !socket.#check(status, 'write') || socket.#unsentBytes > 0) return;
    // Whoever hears of it may send the last and end: then that is what has to be waited for.
    const wasEnding = socket.#isEnding;
    socket.emit('drain');
    if (wasEnding) socket.#finish();
  }

  static sentAtOnce(socket: ThinSocket): void {
    if (!socket.destroyed && socket.writableLength === 0) socket.emit('drain');
  }

  static finished(socket: ThinSocket, status: number): void {
    if (socket.destroyed || !socket.#check(status, 'shutdown')) return;
    socket.writableFinished = true;
    if (socket.#hasPeerEnded) socket.destroy();
  }

  static closed(socket: ThinSocket): void {
    socket.#released();
    if (socket.#failure && socket.listenerCount('error') > 0) socket.emit('error', socket.#failure);
    socket.emit('close');
  }
}

// One function for all connections each: Node calls them with the handle, or the request, as `this`.

function onRead(this: Owned): void {
  if (this[OWNER] && binding)
    ThinSocket.received(this[OWNER], binding.streamBaseState[binding.kReadBytesOrError] ?? 0);
}

function onWritten(this: WriteRequest, status: number): void {
  const socket = (this.handle as Owned | undefined)?.[OWNER];
  if (socket) ThinSocket.written(socket, status, this.byteCount ?? 0);
}

function onSentAtOnce(socket: ThinSocket): void {
  ThinSocket.sentAtOnce(socket);
}

function onShutDown(this: ShutdownRequest, status: number): void {
  const socket = (this.handle as Owned | undefined)?.[OWNER];
  if (socket) ThinSocket.finished(socket, status);
}

function onClosed(this: Owned): void {
  if (this[OWNER]) ThinSocket.closed(this[OWNER]);
}
