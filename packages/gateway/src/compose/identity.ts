// Makes the process the user that the configuration names, when its sockets are open.

import { ConfigError } from '../config/index.ts';
import type { AppConfig } from '../config/types.ts';
import { becomeUser, findAccount, type IdentitySystem } from '../service/identity.ts';

/** Changes the user, its groups and the umask, as far as they are configured. Throws `ConfigError` if that fails. */
export function takeIdentity({ user, group, umask }: AppConfig): void {
  if (umask !== null) process.umask(umask);
  if (user === null) return;
  try {
    becomeUser(findAccount(user, group), processSystem());
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new ConfigError([{ source: { kind: 'default' }, key: 'app.user', text }]);
  }
}

/** Node's own types lack one of its functions. */
type WholeProcess = NodeJS.Process & { readonly initgroups?: IdentitySystem['initgroups'] };

function processSystem(): IdentitySystem {
  const { getuid, geteuid, getgid, getegid, initgroups, setgid, setuid }: WholeProcess = process;
  if (!getuid || !geteuid || !getgid || !getegid || !initgroups || !setgid || !setuid) {
    throw new Error('this system has no users that a process could become');
  }
  return { getuid, geteuid, getgid, getegid, initgroups, setgid, setuid };
}
