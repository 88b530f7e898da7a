// For suites whose subject is not the path: one path for each protocol the gateway speaks. AJP is left to its own suites:
// Apache does not notice a client that leaves while the application computes.
import { directHttp } from './direct-http.ts';
import { nginxFastCgi } from './nginx-fastcgi.ts';
import type { Path } from './path.ts';

/** One path for each protocol whose web server tells of departed clients. */
export const onePathPerProtocol: readonly Path[] = [directHttp, ...nginxFastCgi.slice(0, 1)];
