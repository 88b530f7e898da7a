// Numbers of users and groups by their names.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What an account is. */
export type AccountKind = 'user' | 'group';

const databases = {
  user: { file: '/etc/passwd', name: 'passwd' },
  group: { file: '/etc/group', name: 'group' },
} as const;

/** The number of the user or group; a number stands for itself. Null if there is no such account. */
export function accountNumber(kind: AccountKind, nameOrNumber: string): number | null {
  if (/^\d+$/.test(nameOrNumber)) return Number(nameOrNumber);
  const { file, name } = databases[kind];
  return (
    findEntry(readFileSync(file, 'utf8'), nameOrNumber) ??
    findEntry(askDirectory(name, nameOrNumber), nameOrNumber)
  );
}

function findEntry(database: string, name: string): number | null {
  const entry = database.split('\n').find((line) => line.startsWith(`${name}:`));
  const digits = entry?.split(':')[2];
  return digits !== undefined && /^\d+$/.test(digits) ? Number(digits) : null;
}

// Accounts from LDAP and the like are not in the files; getent asks every service the system knows.
function askDirectory(database: string, name: string): string {
  try {
    return execFileSync('getent', [database, '--', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}
