// A server behind the gateway that answers each request with the bytes a test has chosen for it.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** What it sends, and whether it closes the connection then. */
export interface Lie {
  readonly bytes: Buffer;
  readonly closes: boolean;
}

/** Listens at a Unix socket. Requests are told apart by a word in them, wherever the protocol puts it. */
export class Liar {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #lies = new Map<string, Lie>();
  readonly #word: RegExp;

  private constructor(word: RegExp) {
    this.#word = word;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** @param word what a request is known by */
  static async listen(path: string, word: RegExp): Promise<Liar> {
    const liar = new Liar(word);
    liar.#server.listen(path);
    await once(liar.#server, 'listening');
    return liar;
  }

  /** Answers the request with that word so, each time it comes. */
  tell(word: string, lie: Lie): void {
    this.#lies.set(word, lie);
  }

  forget(word: string): void {
    this.#lies.delete(word);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // The gateway closes connections in the middle of what it does not want to hear.
    socket.on('error', () => undefined);
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      const lie = this.#lies.get(this.#word.exec(heard)?.[0] ?? '');
      if (!lie) return;
      heard = '';
      socket.write(lie.bytes);
      if (lie.closes) socket.end();
    });
  }
}
