// Whether a user can get to a file, or connect to a Unix socket: it needs to pass every directory on the way and to write to
// the socket. Looks at permission bits only; access control lists may allow more.
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, parse, sep } from 'node:path';
import type { Identity } from './identity.ts';

/** One component of a path. */
export interface PathPart {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly kind: 'directory' | 'socket';
}

const executeBit = 0o1;
const writeBit = 0o2;

/**
 * What keeps the user from getting there, each with what to change; empty if nothing does. `elsewhere` is what could be done
 * instead of opening a directory. Pure.
 */
export function findObstacles(
  parts: readonly PathPart[],
  user: Identity,
  elsewhere = 'move the socket to a directory such as /run/mysite',
): readonly string[] {
  return parts.flatMap((part) => {
    const needed = part.kind === 'directory' ? executeBit : writeBit;
    if (user.uid === 0 || (bitsFor(part, user) & needed) !== 0) return [];
    const held = `${part.path} has mode ${formatMode(part.mode)}, user ${part.uid}, group ${part.gid}`;
    return part.kind === 'directory'
      ? [`user ${user.name} cannot enter ${part.path} (${held}); chmod o+x ${part.path}, or ${elsewhere}`]
      : [
          `user ${user.name} cannot write to ${part.path} (${held}); set group to a group of ${user.name} and mode to "0660"`,
        ];
  });
}

// The first class that fits decides, even if a later one would allow more.
function bitsFor({ mode, uid, gid }: PathPart, user: Identity): number {
  if (uid === user.uid) return mode >> 6;
  return user.gids.includes(gid) ? mode >> 3 : mode;
}

/** The components of the path of a socket, root first; those that do not exist are left out. Links are followed. */
export function readPathParts(path: string): readonly PathPart[] {
  const directory = realpathSync(dirname(path));
  const names = directory.slice(parse(directory).root.length).split(sep).filter(Boolean);
  const directories = names.reduce<string[]>(
    (paths, name) => [...paths, join(paths.at(-1) ?? sep, name)],
    [sep],
  );
  const parts = directories.map((each) => partOf(each, statSync(each), 'directory'));
  const socket = lstatSync(path, { throwIfNoEntry: false });
  return socket?.isSocket() === true ? [...parts, partOf(path, socket, 'socket')] : parts;
}

function partOf(
  path: string,
  { mode, uid, gid }: { mode: number; uid: number; gid: number },
  kind: PathPart['kind'],
): PathPart {
  return { path, mode: mode & 0o777, uid, gid, kind };
}

function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
