// [limits]: what one peer may ask for.
import { duration, size } from '../kinds/quantity.ts';
import { integer } from '../kinds/scalar.ts';
import type { SettingsOf } from '../setting.ts';
import type { LimitsConfig } from '../types.ts';

/** The settings of `[limits]`. */
export const limitsSettings: SettingsOf<LimitsConfig> = {
  variablesBytes: {
    key: 'variables',
    kind: size('1KiB', '16MiB'),
    fallback: { state: 'value', toml: '256KiB' },
    flag: 'variables-size',
    prose: 'All variables of a request together: the parameters of FastCGI, the head of an HTTP request.',
  },
  variablesCount: {
    key: 'variables_count',
    kind: integer(16, 65_535),
    fallback: { state: 'value', toml: 1024 },
    flag: 'variables-count',
    prose: 'Number of variables, or of header lines, of a request.',
  },
  connectionsCount: {
    key: 'connections',
    kind: integer(1, 1_000_000),
    fallback: { state: 'value', toml: 10_000 },
    flag: 'connections',
    prose: 'Connections open at once on one listener; further ones are closed.',
  },
  addressConnectionsCount: {
    key: 'connections_per_address',
    kind: integer(1, 1_000_000),
    fallback: { state: 'none', prose: 'no limit' },
    flag: 'connections-per-address',
    prose:
      'Connections open at once from one address, on each listener; over HTTP further ones are answered with 429. Behind a web server all come from its address, unless `proxy_protocol` tells them apart. Peers of a Unix socket are not counted.',
  },
  connectionRequestsCount: {
    key: 'requests_per_connection',
    kind: integer(1, 1_000_000_000),
    fallback: { state: 'none', prose: 'no limit' },
    flag: 'requests-per-connection',
    prose: 'Requests over HTTP until a connection is closed; the last reply says so.',
  },
  headerTimeoutMs: {
    key: 'header_timeout',
    kind: duration('100ms', '1h'),
    fallback: { state: 'value', toml: '10s' },
    flag: 'header-timeout',
    prose:
      'How long the head of a request may take; over HTTP the first on a connection is counted from its beginning. Then the answer is 408, and over other protocols the connection is closed. A PROXY header gets as long.',
  },
  keepAliveTimeoutMs: {
    key: 'keepalive_timeout',
    kind: duration('100ms', '24h'),
    fallback: { state: 'value', toml: '75s' },
    flag: 'keepalive-timeout',
    prose:
      'How long a connection over HTTP may wait for its next request. Longer than the web server in front keeps idle connections, so that it never sends a request into one that is being closed.',
  },
  bodyTimeoutMs: {
    key: 'body_timeout',
    kind: duration('100ms', '1h'),
    fallback: { state: 'value', toml: '30s' },
    flag: 'body-timeout',
    prose:
      'In each such time, at least `body_rate` of the body of a request over HTTP must arrive, and over other protocols anything at all; otherwise the answer is 408. Time in which the application does not take what has come is not counted.',
  },
  bodyBytesPerSecond: {
    key: 'body_rate',
    kind: integer(0, 1_000_000_000),
    fallback: { state: 'value', toml: 256 },
    flag: 'body-rate',
    prose: 'Bytes per second that a request body over HTTP must come to; 0 asks for any byte at all.',
  },
  sendTimeoutMs: {
    key: 'send_timeout',
    kind: duration('100ms', '24h'),
    fallback: { state: 'value', toml: '60s' },
    flag: 'send-timeout',
    prose:
      'How long a client, or a web server, may take no byte of the reply that waits for it. Then it is cut off. Where that is a Unix socket, bytes are counted in pieces of up to 192 KiB.',
  },
};
