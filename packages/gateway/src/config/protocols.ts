// What is known of the protocols a listener can speak, beyond their words in the configuration.
import type { ListenProtocol } from './types.ts';

/** How each is called in prose. */
export const protocolNames: Readonly<Record<ListenProtocol, string>> = {
  ajp: 'AJP',
  fastcgi: 'FastCGI',
  http: 'HTTP',
  scgi: 'SCGI',
  uwsgi: 'uwsgi',
};

/**
 * Whether a protocol believes everything whoever connects says about the client, and has no secret of its own. Only an
 * address that nobody else can reach, or `allow`, protects a listener for it.
 */
export function believesAnybody(protocol: ListenProtocol): boolean {
  return protocol === 'fastcgi' || protocol === 'scgi' || protocol === 'uwsgi';
}

/** What to do where AJP is open to others and no secret is asked for. */
export const secretAdvice =
  'put a secret into a file, name it in secret_file, and write the same secret into the web server: "ProxyPass / ajp://HOST:PORT/ secret=..." (mod_proxy_ajp), "worker.NAME.secret=..." (mod_jk) or setenv.set-environment = ( "AJP13_SECRET" => "..." ) (lighttpd); or listen on 127.0.0.1 or a Unix socket';
