// Client -> lighttpd -> SCGI or uwsgi -> gateway.
import { row } from '../cases/case.ts';
import { behind } from './behind.ts';
import { instead } from './differences.ts';
import type { Path } from './path.ts';

const climbing = instead(
  'a path that climbs out is refused',
  'lighttpd takes it for a path from the root',
  row('', { target: '/../environ' }, { status: 200, json: { PATH_INFO: '/environ' } }),
);

/** lighttpd with mod_scgi. */
export const lighttpdScgi: Path = lighttpdPath('SCGI', 'scgi');

/** lighttpd with mod_scgi told to speak uwsgi. */
export const lighttpdUwsgi: Path = lighttpdPath('uwsgi', 'uwsgi');

function lighttpdPath(title: string, protocol: 'scgi' | 'uwsgi'): Path {
  return behind({
    name: `lighttpd, ${title}`,
    server: 'lighttpd',
    words: ['--protocol', protocol],
    protocol,
    transport: 'tcp',
    traits: { buffersRequests: true, acceptsRawBytes: false, mergesSlashes: true },
    differences: [climbing],
    expectedLog: [/response already sent out, but backend returned error/],
  });
}
