// Checks the user that the gateway is to become, and whether that user gets to what the workers need.
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { AppConfig } from '../../config/types.ts';
import { findAccount } from '../../service/identity.ts';
import { exitCodes } from '../exit-codes.ts';
import { findIdentity, type Identity } from './identity.ts';
import type { Report } from './report.ts';
import { findObstacles, readPathParts } from './socket-access.ts';

/** Checks `app.user` and `app.group`; null if there is no user to become, or nobody can. */
export async function checkAccount({ user, group }: AppConfig, report: Report): Promise<Identity | null> {
  if (user === null) return null;
  try {
    const { name, uid } = findAccount(user, group);
    const own = process.geteuid?.();
    if (own !== 0 && own !== uid) throw new Error(`only root may become user "${name}"`);
    report.ok('app.user', `${name} exists`);
    return await findIdentity(name);
  } catch (error) {
    report.problem(exitCodes.usage, 'app.user', error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** Tells which directories above the interpreter, and above that of the application, are closed to the user. */
export function checkReach(
  user: Identity,
  python: string,
  directory: string,
  subject: string,
  report: Report,
): void {
  const places = [python, realpathSync(python), ...(existsSync(directory) ? [join(directory, 'any')] : [])];
  const elsewhere = 'use an interpreter and a directory that are open to it';
  const obstacles = places.flatMap((path) => findObstacles(readPathParts(path), user, elsewhere));
  for (const obstacle of new Set(obstacles)) report.problem(exitCodes.application, subject, obstacle);
}
