// Owns the control socket: connections, lines, answers. What a command does is up to the target.

import { createServer, type Server, type Socket } from 'node:net';
import {
  formatAnswer,
  parseRequest,
  REQUEST_BYTES_MAX,
  type ControlRequest,
  type ControlResults,
} from './protocol.ts';

/** What the commands act on. */
export interface ControlTarget {
  /** Carries out a command. A rejection is told to the client as its message. */
  run(request: ControlRequest): Promise<ControlResults[ControlRequest['command']]>;
}

/** Nobody needs more at a time; it keeps a client that forgets to close from using up descriptors. */
const CONNECTIONS_MAX = 32;
/** A client that has asked nothing for so long is cut off. */
const IDLE_MS = 60_000;

/** Answers control requests. It has to be made to listen by whoever made it. */
export class ControlServer {
  readonly server: Server;
  readonly #target: ControlTarget;
  readonly #sockets = new Set<Socket>();

  constructor(target: ControlTarget) {
    this.#target = target;
    this.server = createServer((socket) => void this.#serve(socket));
    this.server.maxConnections = CONNECTIONS_MAX;
  }

  /** Cuts off the clients. Whoever asked for the end sees by that that it has come. */
  disconnect(): void {
    for (const socket of this.#sockets) socket.end();
  }

  /** Requests of a connection are answered one after the other. */
  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.setEncoding('utf8');
    let text = '';
    try {
      for await (const chunk of socket) {
        text += String(chunk);
        for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
          const line = text.slice(0, end);
          text = text.slice(end + 1);
          socket.setTimeout(0);
          socket.write(await this.#answer(line));
          socket.setTimeout(IDLE_MS);
        }
        if (text.length > REQUEST_BYTES_MAX) return await refuseLong(socket);
      }
    } catch {
      // The client has gone. What it asked for goes on; only the answer has nobody to go to.
      socket.destroy();
    }
  }

  async #answer(line: string): Promise<string> {
    const parsed = parseRequest(line);
    if ('reason' in parsed) return formatAnswer({ error: parsed.reason });
    try {
      return formatAnswer({ result: await this.#target.run(parsed.value) });
    } catch (error) {
      return formatAnswer({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** Resolves when it has been told; leaving the loop over the socket destroys it. */
function refuseLong(socket: Socket): Promise<void> {
  const answer = formatAnswer({ error: `a request has at most ${REQUEST_BYTES_MAX} bytes` });
  return new Promise((resolve) => socket.end(answer, () => resolve()));
}
