// Client -> Apache -> FastCGI or HTTP -> gateway, by mod_proxy_fcgi and mod_proxy_http.
import { row } from '../cases/case.ts';
import { brokenUpload } from '../cases/departures.ts';
import { streamedUpload } from '../cases/streaming.ts';
import { behind } from './behind.ts';
import { instead } from './differences.ts';
import type { Difference, Path } from './path.ts';

// What Apache says of a target that climbs out, of a response that broke off, and of a client that left.
const EXPECTED_LOG = {
  proxy_fcgi: [/AH10244/, /AH01068|AH01075/],
  proxy_http: [/AH10244/, /AH01136/, /AH01102|AH00898/, /AH02608|AH01097/],
} as const;

const NUL = instead(
  'a NUL is refused',
  'by Apache, with 404',
  row('', { target: '/environ/%00' }, { status: 404 }),
);

const fcgiDifferences: readonly Difference[] = [
  NUL,
  instead(
    '32 KB of cookies',
    'mod_proxy_fcgi would leave out a header of more than 16 KiB, so Apache is told to refuse it, 400',
    row('', { target: '/cookies', headers: [['Cookie', 'c'.repeat(17_000)]] }, { status: 400 }),
  ),
];

const HOLDS_BACK = 'mod_proxy_http passes nothing on before it has 16 KiB';

const httpDifferences: readonly Difference[] = [
  instead('on a streaming route the application reads a body while it is being sent', HOLDS_BACK, {
    run: streamedUpload(20),
  }),
  instead('a client that leaves while its upload is streamed makes the read fail', HOLDS_BACK, {
    run: brokenUpload(20),
  }),
];

const common = {
  server: 'apache',
  traits: { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: true },
} as const;

/** Apache with mod_proxy_fcgi. */
export const apacheProxyFcgi: readonly Path[] = [
  fastCgi('tcp, kept connections', (text) => text),
  fastCgi('tcp, one connection each', (text) => text.replace(' enablereuse=on', '')),
  fastCgi('unix, kept connections', (text) => text),
];

/** Apache with mod_proxy_http. */
export const apacheProxyHttp: Path = behind({
  ...common,
  name: 'Apache, mod_proxy_http (tcp)',
  modules: ['proxy_http'],
  protocol: 'http',
  transport: 'tcp',
  differences: httpDifferences,
  expectedLog: EXPECTED_LOG.proxy_http,
});

function fastCgi(how: string, edit: (text: string) => string): Path {
  return behind({
    ...common,
    name: `Apache, mod_proxy_fcgi (${how})`,
    modules: ['proxy_fcgi'],
    protocol: 'fastcgi',
    transport: how.startsWith('unix') ? 'unix' : 'tcp',
    differences: fcgiDifferences,
    expectedLog: EXPECTED_LOG.proxy_fcgi,
    edit,
  });
}
