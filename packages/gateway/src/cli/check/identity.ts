// Who a user is, as the system sees it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A user and every group it is in. */
export interface Identity {
  readonly name: string;
  readonly uid: number;
  readonly gids: readonly number[];
}

/** Looks a user up with id(1), which knows every account service; null if there is no such user. */
export async function findIdentity(name: string): Promise<Identity | null> {
  const ask = async (option: string): Promise<string> =>
    (await promisify(execFile)('id', [option, '--', name])).stdout;
  try {
    const [uid, gids] = await Promise.all([ask('-u'), ask('-G')]);
    return { name, uid: Number(uid), gids: gids.trim().split(/\s+/).map(Number) };
  } catch {
    return null;
  }
}
