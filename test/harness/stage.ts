// The test's end of `apps/stage.py`: applications report what they did and wait until they are told to go on.
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { within } from './deadline.ts';

const DEADLINE_MS = 15_000;

/** One request inside an application. */
export class Actor {
  readonly #socket: Socket;
  readonly #said: string[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(socket: Socket, lines: AsyncIterable<string>) {
    this.#socket = socket;
    void this.#listen(lines);
  }

  /** Waits until the application has told `what`, and returns what it told. */
  async told(what: string | RegExp): Promise<string> {
    const find = (): string | undefined =>
      this.#said.find((said) => (typeof what === 'string' ? said === what : what.test(said)));
    const heard = new Promise<string>((resolve) => {
      const look = (): void => {
        const said = find();
        if (said === undefined) return;
        this.#watchers.delete(look);
        resolve(said);
      };
      this.#watchers.add(look);
      look();
    });
    return within(
      DEADLINE_MS,
      heard,
      () => `the application did not tell "${what}", only ${JSON.stringify(this.#said)}`,
    );
  }

  /** Whether the application has told `what` by now. */
  hasTold(what: string): boolean {
    return this.#said.includes(what);
  }

  /** Lets the application go on. */
  say(what: string): void {
    this.#socket.write(`${what}\n`);
  }

  async #listen(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      this.#said.push(line);
      for (const watcher of this.#watchers) watcher();
    }
  }
}

/** Where applications meet the test. */
export class Stage {
  readonly #server: Server;
  readonly #path: string;
  readonly #actors = new Map<string, Actor>();
  readonly #sockets = new Set<Socket>();
  readonly #watchers = new Set<() => void>();
  #nameCount = 0;

  private constructor(path: string) {
    this.#path = path;
    this.#server = createServer((socket) => void this.#welcome(socket));
  }

  /** Opens a stage at a socket path. */
  static async open(path: string): Promise<Stage> {
    const stage = new Stage(path);
    stage.#server.listen(path);
    await once(stage.#server, 'listening');
    return stage;
  }

  /** A new actor name and the query that makes an application come here under it. */
  cast(): { readonly name: string; readonly query: string } {
    const name = `actor-${++this.#nameCount}`;
    return { name, query: `stage=${encodeURIComponent(this.#path)}&actor=${name}` };
  }

  /** Waits until the application has begun that request. */
  async actor(name: string): Promise<Actor> {
    const arrived = new Promise<Actor>((resolve) => {
      const look = (): void => {
        const actor = this.#actors.get(name);
        if (!actor) return;
        this.#watchers.delete(look);
        resolve(actor);
      };
      this.#watchers.add(look);
      look();
    });
    return within(DEADLINE_MS, arrived, () => `the application did not begin ${name}`);
  }

  /** Whether the application has begun that request by now. */
  hasSeen(name: string): boolean {
    return this.#actors.has(name);
  }

  /** Closes every connection and removes the socket file. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #welcome(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) return;
    this.#actors.set(first.value, new Actor(socket, { [Symbol.asyncIterator]: () => lines }));
    for (const watcher of this.#watchers) watcher();
  }
}
