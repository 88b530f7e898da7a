// Every path the behaviour table runs over.
import { directHttp } from './direct-http.ts';
import { nginxFastCgi } from './nginx-fastcgi.ts';
import type { Path } from './path.ts';

/** Every path. */
export const allPaths: readonly Path[] = [directHttp, ...nginxFastCgi];
