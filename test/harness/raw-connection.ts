// One TCP or Unix connection as bytes. It knows nothing of HTTP; it never sends or hides anything by itself.
import { connect, type Socket } from 'node:net';
import { connect as connectEncrypted } from 'node:tls';
import { once } from 'node:events';

/** Where to connect. */
export type Address =
  | { readonly port: number; /** Over TLS, whoever it is. */ readonly isEncrypted?: boolean }
  | { readonly path: string };

/** A connection read and written byte by byte. */
export class RawConnection {
  readonly #socket: Socket;
  /** What carries it: itself, unless it is encrypted. */
  readonly #below: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  #unread: Buffer = Buffer.alloc(0);
  #hasEnded = false;

  private constructor(socket: Socket, below: Socket = socket) {
    this.#socket = socket;
    this.#below = below;
    // A reset shows as the end of what can be read.
    socket.on('error', () => undefined);
    this.#chunks = socket.iterator({ destroyOnReturn: false });
  }

  /** Connects to a loopback port or a Unix socket. */
  static async open(address: Address): Promise<RawConnection> {
    const where = 'port' in address ? { host: '127.0.0.1', port: address.port } : address;
    const socket = connect({ ...where, allowHalfOpen: true });
    await once(socket, 'connect');
    if (!('port' in address) || address.isEncrypted !== true) return new RawConnection(socket);
    const encrypted = connectEncrypted({ socket, rejectUnauthorized: false });
    await once(encrypted, 'secureConnect');
    return new RawConnection(encrypted, socket);
  }

  /** Sends bytes (strings as latin-1) and waits while the other side does not take them. To nobody when it has gone. */
  async send(data: string | Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || socket.write(data, 'latin1')) return;
    const settled = new AbortController();
    const { signal } = settled;
    await Promise.race([once(socket, 'drain', { signal }), once(socket, 'close', { signal })]).catch(
      () => undefined,
    );
    settled.abort();
  }

  /** The next bytes, as they arrive; undefined at the end. */
  async read(): Promise<Buffer | undefined> {
    if (this.#unread.length > 0) {
      const bytes = this.#unread;
      this.#unread = Buffer.alloc(0);
      return bytes;
    }
    if (this.#hasEnded) return undefined;
    const next = await this.#chunks.next().catch(() => ({ done: true as const, value: undefined }));
    if (!next.done) return next.value;
    this.#hasEnded = true;
    return undefined;
  }

  /** Puts bytes back in front of what is read next. */
  unread(bytes: Buffer): void {
    this.#unread = Buffer.concat([bytes, this.#unread]);
  }

  /** The bytes up to and without `end`; undefined when the connection ends before it. */
  async readUntil(end: string): Promise<Buffer | undefined> {
    let held: Buffer = Buffer.alloc(0);
    for (;;) {
      const at = held.indexOf(end, 0, 'latin1');
      if (at >= 0) {
        this.unread(held.subarray(at + end.length));
        return held.subarray(0, at);
      }
      const bytes = await this.read();
      if (!bytes) return undefined;
      held = Buffer.concat([held, bytes]);
    }
  }

  /** Sends FIN and goes on reading. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Leaves: closes both directions. */
  close(): void {
    this.#socket.destroy();
  }

  /** Leaves rudely: RST instead of FIN (TCP only). */
  reset(): void {
    this.#below.resetAndDestroy();
  }
}
