// [upstream.NAME]: servers that answer requests by a protocol of their own.
import { fileName } from '../kinds/files.ts';
import { duration, size } from '../kinds/quantity.ts';
import { choice, integer, text } from '../kinds/scalar.ts';
import { remoteDirectory, serverList, upstreamProtocols, variableTable } from '../kinds/upstream.ts';
import { pathPrefix } from '../kinds/url-path.ts';
import type { Setting, SettingsOf } from '../setting.ts';
import type { UpstreamAddress, UpstreamConfig, UpstreamProtocolName } from '../types.ts';

/** The settings of each `[upstream.NAME]`. They are set in the file only. */
export const upstreamSettings: SettingsOf<UpstreamConfig> = {
  protocol: {
    key: 'protocol',
    kind: choice(upstreamProtocols),
    fallback: { state: 'required' },
    flag: null,
    prose: 'What the servers speak.',
  },
  servers: {
    key: 'servers',
    kind: serverList,
    fallback: { state: 'required' },
    flag: null,
    prose:
      'Where the servers are. The one with the fewest requests for its weight gets the next. A host name stands for every address it has, and is looked up again every `resolve`.',
  },
  connectTimeoutMs: {
    key: 'connect_timeout',
    kind: duration('1ms', '10m'),
    fallback: { state: 'value', toml: '5s' },
    flag: null,
    prose: 'How long connecting to a server may take. Then another one is tried.',
  },
  readTimeoutMs: {
    key: 'read_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'value', toml: '60s' },
    flag: null,
    prose:
      'How long nothing may come from a server that works on a request. Time in which the client takes nothing does not count.',
  },
  requestTimeoutMs: {
    key: 'request_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'none', prose: 'no limit' },
    flag: null,
    prose: 'How long a request may take from the choice of a server to its last byte.',
  },
  keepAliveCount: {
    key: 'keep_alive',
    kind: integer(0, 65_535),
    fallback: {
      state: 'none',
      prose: '32 for protocols whose servers can do with it, 0 for FastCGI, SCGI and uwsgi',
    },
    flag: null,
    prose:
      'Idle connections that are kept for each server; with 0 each is closed after its request, as it always is over SCGI and uwsgi. A kept connection occupies a process of php-fpm and of most FastCGI applications even while it is idle, so keep fewer than they have.',
  },
  keepAliveTimeoutMs: {
    key: 'keep_alive_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'value', toml: '4s' },
    flag: null,
    prose: 'How long an idle connection is kept: less than the server keeps it.',
  },
  maxConnections: {
    key: 'max_connections',
    kind: integer(1, 65_535),
    fallback: { state: 'none', prose: 'no limit' },
    flag: null,
    prose: 'Requests at a time on each server, each by a connection of its own. Those beyond wait.',
  },
  queueLength: {
    key: 'queue.length',
    kind: integer(0, 1_000_000),
    fallback: { state: 'value', toml: 128 },
    flag: null,
    prose: 'Requests that may wait for a server. The next one is answered with 503.',
  },
  queueTimeoutMs: {
    key: 'queue.timeout',
    kind: duration('1ms', '1h'),
    fallback: { state: 'value', toml: '5s' },
    flag: null,
    prose: 'How long a request may wait for a server before it is answered with 503.',
  },
  failAfter: {
    key: 'fail_after',
    kind: integer(0, 1000),
    fallback: { state: 'value', toml: 3 },
    flag: null,
    prose:
      'After so many failed requests in a row a server gets none for `fail_timeout`: it cannot be reached, breaks off, is silent, or sends no response. 0: never.',
  },
  failTimeoutMs: {
    key: 'fail_timeout',
    kind: duration('1ms', '1h'),
    fallback: { state: 'value', toml: '2s' },
    flag: null,
    prose: 'How long a failed server is left alone. Then one request tries it.',
  },
  slowStartMs: {
    key: 'slow_start',
    kind: duration('0ms', '1h'),
    fallback: { state: 'value', toml: '0ms' },
    flag: null,
    prose: 'A server that came up, or was found by its name, gets its full share only after so long.',
  },
  resolveMs: {
    key: 'resolve',
    kind: duration('100ms', '24h'),
    fallback: { state: 'value', toml: '10s' },
    flag: null,
    prose:
      'How often host names and SRV records are looked up, so that what moves is found. If nobody answers, the last known addresses stay.',
  },
  healthIntervalMs: {
    key: 'health.interval',
    kind: duration('10ms', '1h'),
    fallback: { state: 'none', prose: 'servers are not checked' },
    flag: null,
    prose: 'How often each server is checked, by a connection of its own.',
  },
  healthPath: {
    key: 'health.path',
    kind: pathPrefix,
    fallback: { state: 'none', prose: 'it is enough that the server accepts a connection' },
    flag: null,
    prose: 'The path that a check asks for. The server is well if it answers with a status from 200 to 399.',
  },
  healthTimeoutMs: {
    key: 'health.timeout',
    kind: duration('1ms', '10m'),
    fallback: { state: 'value', toml: '2s' },
    flag: null,
    prose: 'How long a check may take.',
  },
  healthFall: {
    key: 'health.fall',
    kind: integer(1, 1000),
    fallback: { state: 'value', toml: 3 },
    flag: null,
    prose: 'Failed checks in a row after which a server gets no requests.',
  },
  healthRise: {
    key: 'health.rise',
    kind: integer(1, 1000),
    fallback: { state: 'value', toml: 2 },
    flag: null,
    prose: 'Good checks in a row after which it gets requests again.',
  },
  params: {
    key: 'params',
    kind: variableTable,
    fallback: { state: 'value', toml: {} },
    flag: null,
    prose:
      'Request variables to set, such as `params.SCRIPT_FILENAME = "/srv/php{path}"`. `{path}` is the decoded path of the request, `{NAME}` the variable of that name.',
  },
  documentRoot: {
    key: 'document_root',
    kind: remoteDirectory,
    fallback: { state: 'none', prose: 'the server runs no scripts' },
    flag: null,
    prose:
      'The directory of PHP scripts, as php-fpm sees it. Sets `DOCUMENT_ROOT`, `SCRIPT_FILENAME`, `SCRIPT_NAME` and `PATH_INFO`: the first part of the path that ends in `.php` names the script, any other path goes to `index`.',
  },
  index: {
    key: 'index',
    kind: fileName,
    fallback: { state: 'value', toml: 'index.php' },
    flag: null,
    prose:
      'The script that answers paths without `.php`: in `document_root`, or below it in the directory that the `mount` of the route names.',
  },
  secretFile: {
    key: 'secret_file',
    kind: text('path', 'the path of a file', ['/etc/mysite/ajp.secret']),
    fallback: { state: 'none', prose: 'none is sent' },
    flag: null,
    prose: 'AJP: the file with the secret that the server asks for. Others must have no access to it.',
  },
  packetBytes: {
    key: 'packet_size',
    kind: size('8KiB', '64KiB'),
    fallback: { state: 'none', prose: '`"8KiB"`, which every server takes' },
    flag: null,
    prose:
      'AJP: the largest packet; all headers of a request have to fit into one. The same number has to stand in the server, `packetSize` in Tomcat.',
  },
  forwarding: {
    key: 'forwarded',
    kind: choice(['replace', 'append', 'pass']),
    fallback: { state: 'none', prose: '`"replace"`' },
    flag: null,
    prose:
      'HTTP: what the server is told of the client. `replace` removes every header of that kind and sets `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` to what the gateway knows, so that nobody can forge them. `append` sets the last two and adds the address of the client to the list that came, where the server has to know which of them to believe. `pass` leaves all headers as they came.',
  },
  stopTimeoutMs: {
    key: 'stop_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'value', toml: '30s' },
    flag: null,
    prose: 'How long running requests get to finish when the gateway stops.',
  },
};

/** An upstream of one server with every setting as it is by default. */
export function defaultUpstream(protocol: UpstreamProtocolName, address: UpstreamAddress): UpstreamConfig {
  const given: Partial<UpstreamConfig> = { protocol, servers: [{ address, weight: 1 }] };
  const values = Object.entries<Setting<unknown>>(upstreamSettings).map(([field, { fallback, kind }]) => [
    field,
    fallback.state === 'value' ? kind.schema.parse(fallback.toml) : null,
  ]);
  return { ...Object.fromEntries(values), ...given } as UpstreamConfig;
}
