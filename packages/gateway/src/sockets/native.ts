// What Node has below its streams, as far as it is used here. None of it is documented, so whoever uses it asks first.

/** A connection of the system: `TCP` or `Pipe`. Calls return 0 or an error number. */
export interface Handle {
  onread: ((this: Handle) => void) | null;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  writev(request: WriteRequest, pieces: readonly Uint8Array[], areBuffers: true): number;
  shutdown(request: object): number;
  close(closed: (this: Handle) => void): void;
  /** TCP only. */
  reset?(closed: (this: Handle) => void): number;
  setNoDelay?(isOn: boolean): number;
  getpeername?(into: Ends): number;
  getsockname?(into: Ends): number;
}

/** One end of a connection, filled in by the system. */
export interface Ends {
  address?: string;
  port?: number;
}

/** Called by Node with each connection that a server has accepted, or with the number of an error. */
type OnConnection = (this: unknown, status: number, handle?: Handle) => void;

/** Node's native side of a listening server. */
export interface ServerInternals {
  readonly _handle?: { onconnection?: OnConnection | null } | null;
}

/** A write that the system has not taken at once. */
export interface WriteRequest {
  handle?: Handle;
  /** What is being written: held until it is. */
  buffer?: unknown;
  byteCount?: number;
  oncomplete?: (this: WriteRequest, status: number) => void;
}

/** The end of what is sent, on its way. */
export interface ShutdownRequest {
  handle?: Handle;
  oncomplete?: (this: ShutdownRequest, status: number) => void;
}

/** Node's binding of streams. */
export interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly ShutdownWrap: new () => ShutdownRequest;
  /** What the last call did, at the places that the constants name. */
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

/** The binding, or null where Node does not hand it out: with permissions restricted, or in a version to come. */
export function streamBinding(): StreamBinding | null {
  try {
    const node = process as unknown as { binding(name: string): Partial<StreamBinding> };
    const found = node.binding('stream_wrap');
    const isKnown =
      typeof found.WriteWrap === 'function' &&
      typeof found.ShutdownWrap === 'function' &&
      found.streamBaseState !== undefined &&
      typeof found.kReadBytesOrError === 'number' &&
      typeof found.kLastWriteWasAsync === 'number';
    return isKnown ? (found as StreamBinding) : null;
  } catch {
    return null;
  }
}
