// Members of listeners, routes, upstreams and settings of Unit.
import { differs, Left, lost, needless, same, type Row } from '../option.ts';
import { positiveOf, seconds, size, sizeOf, text, textOf } from '../values.ts';
import type { ListenerContext, UnitFacts } from './facts.ts';
import { textsOf } from './table-application.ts';

/** Members of a listener. */
export const listenerRows: readonly Row<ListenerContext>[] = [
  same(
    ['pass', 'application'],
    '`[[route]]`, or `app.target` if it is the only destination',
    () => undefined,
  ),
  same('backlog', '`backlog`', (option, { listen }) => {
    if (option.value === -1) throw new Left('needless', 'it is what there is by itself');
    listen.set('backlog', positiveOf(option), option);
  }),
  differs(
    'tls.certificate',
    '`tls.certificate`',
    'Unit keeps it in a storage of its own; put its PEM file there',
    (option, { listen }) => {
      const [name = '', ...others] = textsOf(option);
      if (others.length > 0)
        throw new Left('lost', 'a listener has one certificate; write a [[listen]] yourself');
      listen.set('tls.certificate', `${name}.pem`, option);
    },
  ),
  lost(['tls.conf_commands', 'tls.session*'], 'see tls of [[listen]]; or let a web server do it'),
  differs(
    ['forwarded.source', 'client_ip.source'],
    '`trusted`',
    'headers of others are removed before the application sees them',
    (option, { listen }) => listen.set('trusted', textsOf(option), option),
  ),
  same(
    ['forwarded.client_ip', 'client_ip.header', 'forwarded.protocol'],
    '`forwarded`',
    (option, { forwarded }) => {
      textOf(option);
      forwarded.push(option);
    },
  ),
  needless(
    ['forwarded.recursive', 'client_ip.recursive'],
    'the client is the last address of the header that is not trusted',
  ),
];

/** Members of `match` and `action` of a step. */
export const stepRows: readonly Row<never>[] = [
  differs(
    ['match.host', 'match.uri', 'match.method'],
    '`host`, `path` and `methods` of `[[route]]`',
    'the most special route wins, not the first; paths match by their beginning',
    () => undefined,
  ),
  lost(
    [
      'match.scheme',
      'match.source',
      'match.destination',
      'match.query',
      'match.arguments',
      'match.headers',
      'match.cookies',
      'match.if',
    ],
    'the whole step, because routes are by host, path and method',
  ),
  same('action.pass', '`to` of `[[route]]`', () => undefined),
  same('action.proxy', '`to = "http://..."`', () => undefined),
  same('action.share', '`[[static]]`, if it ends in `$uri`', () => undefined),
  same('action.index', '`index` of `[[static]]`', () => undefined),
  lost(
    'action.fallback',
    'a file that is not there is answered with 404; a share of all paths is left out for its fallback',
  ),
  lost('action.types', 'let a web server do it'),
  needless(
    ['action.chroot', 'action.follow_symlinks', 'action.traverse_mounts'],
    'nothing outside of the directory is sent, links or not',
  ),
  lost('action.return', 'there are no answers without an application; let a web server do it'),
  needless('action.location', 'it goes with return'),
  lost(['action.rewrite', 'action.response_headers'], 'let the application or a web server do it'),
];

/** Members of a server of an upstream. */
export const upstreamRows: readonly Row<never>[] = [
  same('servers', '`servers` of `[upstream.NAME]`, `protocol = "http"`', () => undefined),
  differs(
    'servers.*.weight',
    'the weight of a server',
    'it is a whole number from 1 to 1000',
    () => undefined,
  ),
];

/** Everything else. */
export const settingRows: readonly Row<UnitFacts>[] = [
  same('http.header_read_timeout', '`limits.header_timeout`', seconds('limits', 'header_timeout')),
  differs(
    'http.body_read_timeout',
    '`limits.body_timeout`',
    'some of the body has to come in each such time, see body_rate',
    seconds('limits', 'body_timeout'),
  ),
  same('http.send_timeout', '`limits.send_timeout`', seconds('limits', 'send_timeout')),
  same('http.idle_timeout', '`limits.keepalive_timeout`', seconds('limits', 'keepalive_timeout')),
  same('http.max_body_size', '`body.max`', (option, facts) => {
    const value = positiveOf(option);
    facts.isBodyLimited = true;
    facts.draft.at('body').set('max', sizeOf(value), option);
  }),
  same('http.body_buffer_size', '`body.memory`', size('body', 'memory', 'B')),
  same('http.body_temp_path', '`body.spool_directory`', text('body', 'spool_directory')),
  needless(
    ['http.large_header_buffer_size', 'http.large_header_buffers'],
    'limits.variables holds for the head of a request as a whole',
  ),
  differs('http.discard_unsafe_fields', 'nothing', 'they are always left out', ({ value }) => {
    if (value === true) throw new Left('needless', 'such headers are left out');
    throw new Left('lost', 'headers with other characters than letters, digits and hyphens are left out');
  }),
  needless(['http.server_version', 'http.chunked_transform'], 'always so, or of no use'),
  lost(['http.websocket*'], 'there are no WebSockets'),
  lost('http.log_route', 'the log has a line for each request with log.access'),
  lost(['http.static*', 'http.compression*'], 'let a web server do it; see precompressed of [[static]]'),
  needless('listen_threads', 'one process takes all connections'),
  lost('telemetry*', 'sluice status --json has the numbers'),
  lost('js_module', 'there is no scripting'),
  differs(
    ['access_log', 'access_log.path'],
    '`log.access`',
    'the log is JSON lines on standard error, for the service to keep',
    (option, { draft }) => {
      textOf(option);
      draft.at('log').set('access', true, option);
    },
  ),
  lost(['access_log.format', 'access_log.if'], 'the log is JSON lines; see log.format'),
];
