// A listening front whose exchanges the test answers itself.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import type { Exchange } from '../../src/exchange/exchange.ts';
import type { Front, FrontOptions } from '../../src/fronts/front.ts';
import { Head } from '../../src/exchange/head.ts';
import { acceptThin } from '../../src/sockets/accept-thin.ts';
import { RawClient } from './raw-client.ts';
import { until } from './settled.ts';
import { Temporary } from './temporary.ts';

/** Makes a front. */
export type MakeFront = (options: FrontOptions) => Front;

/** One front on a free loopback port, or on a Unix socket in a directory of its own. */
export class FrontBench {
  readonly front: Front;
  readonly exchanges: Exchange[] = [];
  readonly #temporary = new Temporary();
  readonly #clients: RawClient[] = [];
  #taken = 0;
  readonly #watchers: (() => void)[] = [];
  #path: string | null = null;

  private constructor(make: MakeFront, options: Partial<FrontOptions>) {
    this.front = make({
      showDetail: false,
      variablesBytes: 65_536,
      variablesCount: 200,
      handle: (exchange) => {
        this.exchanges.push(exchange);
        for (const watcher of this.#watchers.splice(0)) watcher();
      },
      ...options,
    });
  }

  static async listen(
    make: MakeFront,
    where: 'tcp' | 'unix' = 'tcp',
    options: Partial<FrontOptions> = {},
  ): Promise<FrontBench> {
    const bench = new FrontBench(make, options);
    const { server } = bench.front;
    if (where === 'unix') bench.#path = `${bench.#temporary.directory()}/front.sock`;
    if (bench.#path) server.listen(bench.#path);
    else server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // As a gateway has it, see `compose/fronts.ts`.
    if (bench.front.protocol !== 'http') acceptThin(server);
    return bench;
  }

  async connect(): Promise<RawClient> {
    const { port } = (this.#path ? {} : this.front.server.address()) as Partial<AddressInfo>;
    const client = await RawClient.to(
      this.#path ? { path: this.#path } : { port: port ?? 0, host: '127.0.0.1' },
    );
    this.#clients.push(client);
    return client;
  }

  /** The next exchange that has not been asked for yet. */
  async next(): Promise<Exchange> {
    const index = this.#taken++;
    for (;;) {
      const exchange = this.exchanges[index];
      if (exchange) return exchange;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    this.front.destroy();
    const { server } = this.front;
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
    this.#temporary.remove();
  }
}

/** Answers an exchange with a whole text. */
export function answer(exchange: Exchange, text: string, headers: readonly [string, string][] = []): void {
  const body = Buffer.from(text);
  const head = Head.build(200, 'OK', [['Content-Length', String(body.length)], ...headers]);
  const isHead = exchange.variables.get('REQUEST_METHOD') === 'HEAD';
  exchange.respond(head, isHead ? Buffer.alloc(0) : body, true);
}

/** Reads the body of an exchange to its end; rejects if it fails. */
export function bodyOf({ body }: Exchange): Promise<string> {
  if (body.kind === 'bytes') return Promise.resolve(body.bytes.toString('latin1'));
  if (body.kind === 'file') return Promise.reject(new Error('the body is in a file'));
  return new Promise((resolve, reject) => {
    let text = '';
    body.read({
      chunk: (bytes) => {
        text += bytes.toString('latin1');
        return true;
      },
      end: () => resolve(text),
      failed: reject,
    });
  });
}

/** Replies until the front says that the client takes no more; then has it read, until the front says that it does again. */
export async function untilFullAndDrained(exchange: Exchange, client: RawClient): Promise<void> {
  client.socket.pause();
  let drained = 0;
  exchange.holder = { cancelled: () => {}, drained: () => drained++ };
  let isWritable = exchange.respond(Head.build(200, 'OK', []), Buffer.alloc(0), false);
  while (isWritable) {
    isWritable = exchange.write(Buffer.alloc(65_536), false);
    await nextRound();
  }
  client.socket.resume();
  await until('the client has taken it', () => drained > 0);
  exchange.write(Buffer.alloc(0), true);
}
