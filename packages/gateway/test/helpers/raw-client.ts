// A client that sends bytes as it is told to, and remembers what came back and how the connection ended.
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';

/** One connection. */
export class RawClient {
  readonly socket: Socket;
  /** How the peer ended the connection, or null as long as it is open. */
  ending: 'closed' | 'reset' | null = null;
  #received: Buffer[] = [];
  #watchers: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#changed();
    });
    socket.on('error', () => this.#end('reset'));
    socket.on('end', () => this.#end('closed'));
    socket.on('close', () => this.#end('closed'));
  }

  static async to(where: NetConnectOpts): Promise<RawClient> {
    const socket = connect({ allowHalfOpen: true, ...where });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  send(...parts: readonly (string | Uint8Array)[]): void {
    this.socket.write(
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))),
    );
  }

  /** Resolves when something holds of what has been received, or rejects when the connection ends before. */
  async until(holds: (client: this) => boolean): Promise<void> {
    while (!holds(this)) {
      if (this.ending) throw new Error(`the connection was ${this.ending} after: ${this.text}`);
      await this.#change();
    }
  }

  /** Resolves with all that was received when the peer has ended the connection. */
  async ended(): Promise<string> {
    while (!this.ending) await this.#change();
    return this.text;
  }

  destroy(): void {
    this.socket.destroy();
  }

  #end(how: 'closed' | 'reset'): void {
    this.ending ??= how;
    this.#changed();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  #changed(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}
