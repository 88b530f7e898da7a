// Listening on a Unix socket: the file has its owner and mode before anybody can connect, and only our own file
// is ever removed.
import { chmodSync, chownSync, existsSync, lstatSync, renameSync, type BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import type { ListenConfig } from '../config/types.ts';
import { accountNumber, type AccountKind } from './account.ts';
import { ListenError, systemCall, systemCode } from './errors.ts';
import { serverListen, unexplained, type ListeningServer } from './server-listen.ts';
import { clearSocketPath, isSameFile } from './stale-socket.ts';

/** Length of `sun_path` without its final NUL, unix(7); Node would cut a longer path without a word. */
const pathBytesMax = process.platform === 'linux' ? 107 : 103;

// Read and write for the owner alone: what the file is created with.
const privateUmask = 0o177;
const privateMode = 0o600;
const groupMode = 0o660;

/** What is configured about the file of a Unix socket. */
export type SocketFile = Pick<ListenConfig, 'mode' | 'owner' | 'group' | 'backlogCount'>;

/** The permission bits the file gets. A group that is named is meant to connect. */
export function socketMode({ mode, group }: SocketFile): number {
  return mode ?? (group === null ? privateMode : groupMode);
}

/** Listens on the Unix socket `path`. The result closes the server and removes the file. Throws {@link ListenError}. */
export async function listenOnUnixSocket(
  server: ListeningServer,
  path: string,
  listen: SocketFile,
): Promise<() => void> {
  const address = `unix:${path}`;
  const { uid, gid } = planSocketFile(path, listen);
  await clearSocketPath(path, address);
  // Node binds and listens inside this call. The umask makes the file private from its first moment, and before
  // the next connection can be accepted the file has its final owner and mode.
  const umask = process.umask(privateUmask);
  const listening = serverListen(server, { path, backlog: listen.backlogCount }, () => {
    if (uid !== null || gid !== null) chownSync(path, uid ?? -1, gid ?? -1);
    chmodSync(path, socketMode(listen));
  });
  process.umask(umask);
  await listening.catch((error: unknown) => Promise.reject(explain(error, path, listen)));
  return closeOwnSocket(server, path);
}

/** Whom the file is given to; null: to nobody else. Throws {@link ListenError} where that or the path is not possible. */
export function planSocketFile(
  path: string,
  { owner, group }: SocketFile,
): { readonly uid: number | null; readonly gid: number | null } {
  const address = `unix:${path}`;
  if (Buffer.byteLength(path) > pathBytesMax) {
    const reason = `the path is ${Buffer.byteLength(path)} bytes long, and ${pathBytesMax} are possible; choose a shorter one`;
    throw new ListenError('SLUICE_LISTEN_PATH_TOO_LONG', address, reason);
  }
  return { uid: numberOf('user', owner, address), gid: numberOf('group', group, address) };
}

function closeOwnSocket(server: ListeningServer, path: string): () => void {
  const ours = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return () => {
    if (!server.listening) return;
    const restore = isForeign(path, ours) ? keepForeign(path) : null;
    server.close();
    restore?.();
  };
}

function isForeign(path: string, ours: BigIntStats | undefined): boolean {
  const present = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return present !== undefined && (ours === undefined || !isSameFile(present, ours));
}

// Closing a server removes whatever is at its path. If that has become the file of somebody else, for instance of
// the next gateway, it steps aside for that moment.
function keepForeign(path: string): () => void {
  const aside = `${path}.${process.pid}`;
  renameSync(path, aside);
  return () => renameSync(aside, path);
}

function numberOf(kind: AccountKind, name: string | null, address: string): number | null {
  if (name === null) return null;
  const number = accountNumber(kind, name);
  if (number === null)
    throw new ListenError('SLUICE_LISTEN_ACCOUNT', address, `there is no ${kind} "${name}"`);
  return number;
}

function explain(error: unknown, path: string, listen: SocketFile): ListenError {
  const address = `unix:${path}`;
  const directory = dirname(path);
  switch (systemCode(error)) {
    // For a directory that is missing libuv says EACCES too.
    case 'EACCES': {
      if (!existsSync(directory)) {
        const reason = `there is no directory ${directory}; create it (with systemd: RuntimeDirectory=)`;
        return new ListenError('SLUICE_LISTEN_NO_DIRECTORY', address, reason, error);
      }
      const reason = `this user may not create files in ${directory}; use a directory that belongs to it`;
      return new ListenError('SLUICE_LISTEN_FORBIDDEN', address, reason, error);
    }
    case 'EADDRINUSE':
      return new ListenError('SLUICE_LISTEN_IN_USE', address, 'another process was faster', error);
    case 'EPERM':
      if (systemCall(error) === 'chown')
        return new ListenError('SLUICE_LISTEN_FORBIDDEN', address, chownAdvice(listen), error);
      return unexplained(address, error);
    default:
      return unexplained(address, error);
  }
}

function chownAdvice({ owner, group }: SocketFile): string {
  return owner === null
    ? `this user is not a member of group "${group}"; make it one (usermod -aG) or start as root`
    : `only root may give the socket to user "${owner}"; use group instead, or start as root`;
}
