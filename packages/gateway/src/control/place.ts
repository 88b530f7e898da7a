// Where the control socket of a gateway is when nobody has said.

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The directory of control sockets: private to the user, and emptied by the system at the end of the session. Null
 * where there is no such place.
 */
export function controlDirectory(environment: Environment): string | null {
  const base = environment['XDG_RUNTIME_DIR'];
  return base?.startsWith('/') === true ? join(base, 'sluice') : null;
}

/** The socket of the gateway whose application is in `directory`, an absolute path; null where there is no place. */
export function defaultControlPath(directory: string, environment: Environment): string | null {
  const place = controlDirectory(environment);
  if (place === null) return null;
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 8);
  const name = basename(directory)
    .replace(/[^\w.-]/g, '_')
    .slice(0, 32);
  return join(place, `${name}-${digest}.sock`);
}

/** The sockets that are in the default place, whether somebody listens or not. */
export function knownControlPaths(environment: Environment): readonly string[] {
  const place = controlDirectory(environment);
  if (place === null) return [];
  try {
    return readdirSync(place)
      .filter((name) => name.endsWith('.sock'))
      .map((name) => join(place, name));
  } catch {
    return [];
  }
}
