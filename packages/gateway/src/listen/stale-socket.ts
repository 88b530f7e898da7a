// Clears the way for a Unix socket. A socket file stays behind when its process is killed; then nobody accepts and
// the file may go. Anything else that is there stays, whatever it is.
import { lstatSync, renameSync, statSync, unlinkSync, type BigIntStats } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { ListenError, systemCode } from './errors.ts';
import { describeOwner, findSocketOwner } from './socket-owner.ts';

/** What is at the path of a socket. */
export type SocketPathState =
  | { readonly state: 'free' }
  | { readonly state: 'not-a-socket' }
  /** Nobody accepts connections. */
  | { readonly state: 'stale'; readonly file: BigIntStats }
  | { readonly state: 'live' }
  /** We may not connect, so we cannot tell. */
  | { readonly state: 'closed-to-us' };

/** Finds out what is at `path`. A server that is there sees one connection that ends at once. */
export async function inspectSocketPath(path: string): Promise<SocketPathState> {
  const file = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (file === undefined) return { state: 'free' };
  if (!file.isSocket()) return { state: 'not-a-socket' };
  const code = await tryConnect(path);
  if (code === 'ECONNREFUSED') return { state: 'stale', file };
  if (code === 'ENOENT') return { state: 'free' };
  // A full backlog (EAGAIN) and another type of socket (EPROTOTYPE) also mean that somebody is there.
  return { state: code === 'EACCES' || code === 'EPERM' ? 'closed-to-us' : 'live' };
}

/** Removes a stale socket from `path`. Throws {@link ListenError} if something else is there. `address` is for the message. */
export async function clearSocketPath(path: string, address: string): Promise<void> {
  const found = await inspectSocketPath(path);
  switch (found.state) {
    case 'free':
      return;
    case 'stale':
      return removeStale(path, address, found.file);
    case 'live':
      throw inUse(path, address);
    case 'not-a-socket':
      throw new ListenError(
        'SLUICE_LISTEN_NOT_A_SOCKET',
        address,
        'there is a file that is not a socket; choose another path, or move it away',
      );
    case 'closed-to-us':
      throw new ListenError(
        'SLUICE_LISTEN_FORBIDDEN',
        address,
        'there is a socket that this user may not connect to, so it may be in use; stop its server or choose another path',
      );
  }
}

function inUse(path: string, address: string): ListenError {
  const owner = describeOwner(findSocketOwner({ kind: 'unix', path }));
  return new ListenError(
    'SLUICE_LISTEN_IN_USE',
    address,
    `${owner} listens there; stop it or choose another path`,
  );
}

// Two gateways that start together both find the stale file. Moving it aside first shows which file it was that
// was removed: if it is no longer the stale one but the other gateway's socket, that goes back to its place.
function removeStale(path: string, address: string, stale: BigIntStats): void {
  refuseForeign(path, address, stale);
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (isSameFile(statSync(aside, { bigint: true }), stale)) return unlinkSync(aside);
    renameSync(aside, path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    const reason = `a socket that nobody uses is in the way and cannot be removed (${systemCode(error)})`;
    throw new ListenError('SLUICE_LISTEN_FORBIDDEN', address, reason, error);
  }
  throw inUse(path, address);
}

// In a directory everybody may write to, such as /tmp, a socket of somebody else may be bait.
function refuseForeign(path: string, address: string, stale: BigIntStats): void {
  const isShared = (statSync(dirname(path)).mode & 0o1002) !== 0;
  if (!isShared || stale.uid === BigInt(process.geteuid?.() ?? 0)) return;
  const reason = `a socket of user ${stale.uid} is there, in a directory that everybody may write to; choose a path in a directory of your own, such as /run/mysite`;
  throw new ListenError('SLUICE_LISTEN_FORBIDDEN', address, reason);
}

/** Whether two states of a path are the same file. The time tells a new file from an old one whose inode it got. */
export function isSameFile(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino && one.mtimeNs === other.mtimeNs;
}

// The code of the failure, or '' after a connection.
function tryConnect(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve('');
    });
    socket.once('error', (error) => resolve(systemCode(error)));
  });
}
