// For suites whose subject is not the path: one path for each protocol the gateway speaks.
import { apacheProxyAjp } from './apache-ajp.ts';
import { directHttp } from './direct-http.ts';
import { nginxFastCgi } from './nginx-fastcgi.ts';
import type { Path } from './path.ts';

/** One path for each protocol. */
export const onePathPerProtocol: readonly Path[] = [
  directHttp,
  ...nginxFastCgi.slice(0, 1),
  ...apacheProxyAjp.slice(0, 1),
];
