// Gives up root: the gateway opens its sockets as root, and everything after that, workers and files included, is done as
// a user of its own.

import { execFileSync } from 'node:child_process';

/** The part of `process` that changes who we are. */
export interface IdentitySystem {
  readonly geteuid: () => number;
  readonly getuid: () => number;
  readonly getegid: () => number;
  readonly getgid: () => number;
  readonly initgroups: (user: string, extraGroup: number) => void;
  readonly setgid: (id: number) => void;
  readonly setuid: (id: number) => void;
}

/** A user and the group that its processes have. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Finds an account by name or number, in whatever directory the system asks. Throws an error with a sentence for the user if
 * there is none.
 */
export function findAccount(user: string, group: string | null): Account {
  const [name, , uid, primaryGid] = ask('passwd', user);
  const gid = group === null ? primaryGid : ask('group', group)[2];
  if (name === undefined || !isNumber(uid)) throw new Error(`there is no user "${user}"`);
  if (!isNumber(gid)) throw new Error(`there is no group "${group ?? user}"`);
  return { name, uid: Number(uid), gid: Number(gid) };
}

/**
 * Becomes that user, with its supplementary groups, for good. Does nothing if we are it already. Throws if that is not
 * allowed, or if root could be had back: then the process must not go on.
 */
export function becomeUser({ name, uid, gid }: Account, system: IdentitySystem): void {
  if (system.getuid() === uid && system.geteuid() === uid && system.getgid() === gid) return;
  if (system.geteuid() !== 0) throw new Error(`only root may become user "${name}"`);
  // In this order: without root, groups cannot be changed any more.
  system.initgroups(name, gid);
  system.setgid(gid);
  system.setuid(uid);
  const isChanged = [system.getuid(), system.geteuid()].every((id) => id === uid);
  const isGroupChanged = [system.getgid(), system.getegid()].every((id) => id === gid);
  if (!isChanged || !isGroupChanged || (uid !== 0 && canBeRoot(system))) {
    throw new Error(`root has not been given up for user "${name}"`);
  }
}

function canBeRoot(system: IdentitySystem): boolean {
  try {
    system.setuid(0);
    return true;
  } catch {
    return false;
  }
}

/** The fields of an entry, getent(1); empty if there is none. */
function ask(database: 'passwd' | 'group', key: string): string[] {
  try {
    const text = execFileSync('getent', [database, key], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.trim().split(':');
  } catch {
    return [];
  }
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text);
}
