// Client -> Apache -> SCGI or uwsgi -> gateway, by mod_proxy_scgi and mod_proxy_uwsgi.
import { row } from '../cases/case.ts';
import { chunked } from '../harness/http.ts';
import { behind } from './behind.ts';
import { instead } from './differences.ts';
import type { Difference, Path } from './path.ts';

type Protocol = 'scgi' | 'uwsgi';

// What Apache says of a target that climbs out, of an upload that broke off, and of a response that did.
const EXPECTED_LOG: Readonly<Record<Protocol, readonly RegExp[]>> = {
  scgi: [/AH10244/, /AH00859/],
  uwsgi: [/AH10244/, /AH10099/],
};

const differences: readonly Difference[] = [
  instead('a NUL is refused', 'by Apache, with 404', row('', { target: '/environ/%00' }, { status: 404 })),
  ...['a chunked upload', 'a chunked upload that is spooled'].map((of) =>
    instead(
      of,
      'the module does not take one, 411',
      row('', { method: 'POST', target: '/digest', body: chunked('a', 'b') }, { status: 411 }),
    ),
  ),
];

/** Apache with mod_proxy_scgi. */
export const apacheScgi: Path = apachePath('scgi');

/** Apache with mod_proxy_uwsgi. */
export const apacheUwsgi: Path = apachePath('uwsgi');

function apachePath(protocol: Protocol): Path {
  const module = `proxy_${protocol}`;
  return behind({
    name: `Apache, mod_${module}`,
    server: 'apache',
    modules: [module],
    words: ['--protocol', protocol],
    protocol,
    transport: 'tcp',
    traits: { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: true },
    differences,
    expectedLog: EXPECTED_LOG[protocol],
  });
}
