// A socket that is bound and kept open here while other processes, which inherit its descriptor, accept its connections.
// As long as it is held, nobody is refused: where no process accepts, connections wait in the kernel.
import { lookup } from 'node:dns/promises';
import { EventEmitter } from 'node:events';
import net, { isIP, type AddressInfo } from 'node:net';
import { getSystemErrorName } from 'node:util';
import type { ListenSettings, ListeningServer } from './server-listen.ts';

/** What Node makes of a socket that is bound and not listening; its types do not know it. */
interface ServerHandle {
  readonly fd: number;
  readonly close: () => void;
  /** TCP only. Returns an error number, or 0. */
  readonly getsockname?: (address: Partial<AddressInfo>) => number;
}

/**
 * The only way that Node has to a bound socket on which it does not accept; its module `cluster` holds its sockets so.
 * `address` is a path where `port` is -1; both are null for a descriptor. Returns an error number if it fails.
 */
type CreateServerHandle = (
  address: string | null,
  port: number | null,
  family: 4 | 6 | -1,
  fd?: number,
) => ServerHandle | number;
const { _createServerHandle: createServerHandle } = net as unknown as {
  readonly _createServerHandle: CreateServerHandle;
};

/** Stands where a `net.Server` would, and only binds. */
export class HeldSocket extends EventEmitter implements ListeningServer {
  #handle: ServerHandle | null = null;
  #address: AddressInfo | string | null = null;

  /** Whether it is bound. */
  get listening(): boolean {
    return this.#handle !== null;
  }

  /** The descriptor to be inherited. */
  get fd(): number {
    if (this.#handle === null) throw new Error('the socket is not bound');
    return this.#handle.fd;
  }

  /** Emits `listening` when it is bound, or `error`. How many connections may wait is up to those who accept. */
  listen(settings: ListenSettings): this {
    if ('path' in settings) this.#hold(createServerHandle(settings.path, -1, -1), settings.path);
    else if ('fd' in settings) this.#hold(createServerHandle(null, null, -1, settings.fd), null);
    else void this.#listenOnTcp(settings);
    return this;
  }

  address(): AddressInfo | string | null {
    return this.#address;
  }

  /** Lets go of it, and removes the file of a Unix socket. */
  close(): this {
    this.#handle?.close();
    this.#handle = null;
    return this;
  }

  async #listenOnTcp({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
    try {
      const { address, family } =
        isIP(host) === 0 ? await lookup(host) : { address: host, family: isIP(host) };
      this.#hold(createServerHandle(address, port, family === 6 ? 6 : 4), null);
    } catch (error) {
      this.emit('error', error);
    }
  }

  #hold(handle: ServerHandle | number, path: string | null): void {
    if (typeof handle === 'number') return this.#fail(handle);
    this.#handle = handle;
    this.#address = path;
    if (path === null && handle.getsockname) {
      const address: Partial<AddressInfo> = {};
      // That the address is taken may not have been told before.
      const failure = handle.getsockname(address);
      if (failure !== 0) return this.#fail(failure);
      this.#address = address as AddressInfo;
    }
    process.nextTick(() => this.emit('listening'));
  }

  #fail(number: number): void {
    this.close();
    const code = getSystemErrorName(number);
    const error = Object.assign(new Error(`bind ${code}`), { code, syscall: 'bind' });
    process.nextTick(() => this.emit('error', error));
  }
}
