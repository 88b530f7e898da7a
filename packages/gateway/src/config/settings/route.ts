// [[route]]: which requests go where.
import { duration } from '../kinds/quantity.ts';
import { toggle } from '../kinds/scalar.ts';
import { routeTarget } from '../kinds/upstream.ts';
import { mountPath, pathPrefix } from '../kinds/url-path.ts';
import type { SettingsOf } from '../setting.ts';
import type { RouteConfig } from '../types.ts';

/** The settings of each `[[route]]`. Routes are set in the file only. */
export const routeSettings: SettingsOf<RouteConfig> = {
  path: {
    key: 'path',
    kind: pathPrefix,
    fallback: { state: 'required' },
    flag: null,
    prose: 'Requests whose path begins with this take the route; the longest such path wins.',
  },
  to: {
    key: 'to',
    kind: routeTarget,
    fallback: { state: 'required' },
    flag: null,
    prose:
      'Where they go: `pool:NAME`, `upstream:NAME`, or one server as `PROTOCOL://ADDRESS`, with the settings that upstreams have by default. The address is written as in `servers`. Requests without a route go to `pool:default`.',
  },
  streaming: {
    key: 'streaming',
    kind: toggle,
    fallback: { state: 'value', toml: false },
    flag: null,
    prose:
      'Pass request bodies to the application as they arrive instead of collecting them first. A slow sender then holds a thread.',
  },
  requestTimeoutMs: {
    key: 'request_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'none', prose: 'that of the pool or upstream' },
    flag: null,
    prose: 'How long a request of this route may run.',
  },
  firstByteTimeoutMs: {
    key: 'first_byte_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'none', prose: 'that of the pool or upstream' },
    flag: null,
    prose: 'How long a request of this route may run until its reply begins.',
  },
  streamIdleTimeoutMs: {
    key: 'stream_idle_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'none', prose: 'that of the pool or upstream' },
    flag: null,
    prose: 'How long a reply of this route may be silent.',
  },
  mount: {
    key: 'mount',
    kind: mountPath,
    fallback: { state: 'none', prose: 'that of the listener' },
    flag: null,
    prose: 'The URL path the application of this route is mounted at.',
  },
};
