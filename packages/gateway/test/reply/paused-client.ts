// An HTTP client on a real socket that reads nothing until it is told to.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What the client got in the end. */
export interface Received {
  /** Status line and headers. */
  readonly head: string;
  readonly bodyBytes: number;
  /** SHA-256 of the body, hexadecimal. */
  readonly digest: string;
}

/** Has sent a request, and lets the answer pile up. */
export class PausedClient {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Connects to `http://host:port` and asks for a path; the connection ends with the answer unless it is to be kept. */
  static async ask(url: string, path: string, isKept: boolean = false): Promise<PausedClient> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.pause();
    const connection = isKept ? 'keep-alive' : 'close';
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: ${connection}\r\n\r\n`);
    return new PausedClient(socket);
  }

  /** Reads everything, to the end of the connection. Rejects if that is cut off. */
  async readAll(): Promise<Received> {
    const hash = createHash('sha256');
    let head = '';
    let bodyBytes = 0;
    for await (const chunk of this.#socket as AsyncIterable<Buffer>) {
      const isInBody = head.endsWith('\r\n\r\n');
      const text = isInBody ? '' : chunk.toString('latin1');
      const end = isInBody ? 0 : text.indexOf('\r\n\r\n') + 4;
      head += text.slice(0, end);
      const body = chunk.subarray(end);
      hash.update(body);
      bodyBytes += body.length;
    }
    return { head, bodyBytes, digest: hash.digest('hex') };
  }

  /** Goes away. */
  destroy(): void {
    this.#socket.destroy();
  }
}
