// Owns the control socket: connections, lines, answers. What a command does is up to the target.

import { createServer, type Server, type Socket } from 'node:net';
import { Outbox } from './outbox.ts';
import {
  formatAnswer,
  parseRequest,
  REQUEST_BYTES_MAX,
  type ControlRequest,
  type ControlResults,
  type TraceRequest,
} from './protocol.ts';
import type { TraceFilter } from './trace-event.ts';

/** What the commands act on. */
export interface ControlTarget {
  /** Carries out a command. A rejection is told to the client as its message. */
  run(request: ControlRequest): Promise<ControlResults[ControlRequest['command']]>;
  /** Tells of requests that end and pass, from when it resolves until what it resolves with is called. A rejection as above. */
  trace(filter: TraceFilter, outbox: Outbox): Promise<() => void>;
}

/** Nobody needs more at a time; it keeps a client that forgets to close from using up descriptors. */
const CONNECTIONS_MAX = 32;
/** A client that has asked nothing for so long is cut off. */
const IDLE_MS = 60_000;
/** Clients that trace; the other connections are for those who want to find out what goes on, or to end it. */
const TRACES_MAX = 8;
/** How long a client that traces may take for what it has not read when the gateway ends. */
const LAST_LINES_MS = 1_000;

/** A client that is told of requests. */
interface Trace {
  readonly outbox: Outbox;
  readonly stop: Promise<() => void>;
}

/** Answers control requests. It has to be made to listen by whoever made it. */
export class ControlServer {
  readonly server: Server;
  readonly #target: ControlTarget;
  readonly #sockets = new Set<Socket>();
  readonly #traces = new Map<Socket, Trace>();

  constructor(target: ControlTarget) {
    this.#target = target;
    this.server = createServer((socket) => void this.#serve(socket));
    this.server.maxConnections = CONNECTIONS_MAX;
  }

  /** Cuts off the clients. Whoever asked for the end sees by that that it has come. */
  disconnect(): void {
    for (const socket of this.#sockets) {
      if (this.#traces.has(socket)) socket.setTimeout(LAST_LINES_MS, () => socket.destroy());
      socket.end(this.#endTrace(socket));
    }
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
          if (this.#traces.has(socket)) continue;
          socket.setTimeout(0);
          await this.#take(socket, line);
          if (!this.#traces.has(socket)) socket.setTimeout(IDLE_MS);
        }
        if (text.length > REQUEST_BYTES_MAX) return await refuseLong(socket);
      }
    } catch {
      // The client has gone. What it asked for goes on; only the answer has nobody to go to.
      socket.destroy();
    } finally {
      this.#endTrace(socket);
    }
  }

  async #take(socket: Socket, line: string): Promise<void> {
    const parsed = parseRequest(line);
    if ('reason' in parsed) socket.write(formatAnswer({ error: parsed.reason }));
    else if (parsed.value.command === 'trace') await this.#trace(socket, parsed.value);
    else socket.write(await answerOf(this.#target.run(parsed.value)));
  }

  async #trace(socket: Socket, { path, slowerThanMs, status }: TraceRequest): Promise<void> {
    if (this.#traces.size >= TRACES_MAX) {
      socket.write(formatAnswer({ error: `there are ${TRACES_MAX} traces already` }));
      return;
    }
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const outbox = new Outbox(async (lines) => {
      await begun;
      if (socket.writable) await new Promise<void>((resolve) => socket.write(lines, () => resolve()));
    });
    const stop = this.#target.trace({ path, slowerThanMs, status }, outbox);
    this.#traces.set(socket, { outbox, stop });
    const answer = await answerOf(stop.then(() => null));
    if (this.#traces.has(socket)) socket.write(answer);
    begin();
    await stop.catch(() => this.#traces.delete(socket));
  }

  /** Returns the lines that its client has not been sent. */
  #endTrace(socket: Socket): string {
    const trace = this.#traces.get(socket);
    this.#traces.delete(socket);
    // One that could not begin need not end.
    trace?.stop.then(
      (stop) => stop(),
      () => {},
    );
    return trace?.outbox.takeRest() ?? '';
  }
}

async function answerOf(result: Promise<unknown>): Promise<string> {
  try {
    return formatAnswer({ result: await result });
  } catch (error) {
    return formatAnswer({ error: error instanceof Error ? error.message : String(error) });
  }
}

/** Resolves when it has been told; leaving the loop over the socket destroys it. */
function refuseLong(socket: Socket): Promise<void> {
  const answer = formatAnswer({ error: `a request has at most ${REQUEST_BYTES_MAX} bytes` });
  return new Promise((resolve) => socket.end(answer, () => resolve()));
}
