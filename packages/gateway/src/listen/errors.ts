// Why a listener could not be opened.

/** Why, in one word. */
export type ListenErrorCode =
  /** Another process, or another listener, has the address. */
  | 'SLUICE_LISTEN_IN_USE'
  | 'SLUICE_LISTEN_FORBIDDEN'
  /** A file that is not a socket is where the socket should be. */
  | 'SLUICE_LISTEN_NOT_A_SOCKET'
  | 'SLUICE_LISTEN_NO_DIRECTORY'
  | 'SLUICE_LISTEN_PATH_TOO_LONG'
  /** The host name is unknown, or the address is none of this machine. */
  | 'SLUICE_LISTEN_NO_SUCH_ADDRESS'
  /** The inherited descriptor is not a listening socket. */
  | 'SLUICE_LISTEN_DESCRIPTOR'
  /** Socket activation was asked for and did not take place, or not as asked for. */
  | 'SLUICE_LISTEN_ACTIVATION'
  /** An inherited FastCGI socket is open to other machines, and no list says which of them may connect. */
  | 'SLUICE_LISTEN_UNGUARDED'
  /** The owner or group of the socket is unknown. */
  | 'SLUICE_LISTEN_ACCOUNT'
  /** Anything else the system refused. */
  | 'SLUICE_LISTEN_FAILED';

/** A listener could not be opened. The message says what, where, why and what to do. */
export class ListenError extends Error {
  readonly code: ListenErrorCode;
  /** The address in the notation of the configuration. */
  readonly address: string;
  /** Why, and what to do. */
  readonly reason: string;

  constructor(code: ListenErrorCode, address: string, reason: string, cause?: unknown) {
    super(`cannot listen on ${address}: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = 'ListenError';
    this.code = code;
    this.address = address;
    this.reason = reason;
  }
}

/** The system's code of an error, such as ENOENT; empty if it has none. */
export function systemCode(error: unknown): string {
  return textField(error, 'code');
}

/** The system call that failed, such as chown; empty if it was none. */
export function systemCall(error: unknown): string {
  return textField(error, 'syscall');
}

function textField(error: unknown, name: 'code' | 'syscall'): string {
  const value =
    typeof error === 'object' && error !== null ? (error as NodeJS.ErrnoException)[name] : undefined;
  return value ?? '';
}
