// [[route]]: which requests go where.
import { duration } from '../kinds/quantity.ts';
import { toggle } from '../kinds/scalar.ts';
import { hostNames, methodNames } from '../kinds/request-match.ts';
import { routeTarget } from '../kinds/upstream.ts';
import { mountPath, pathPrefix } from '../kinds/url-path.ts';
import type { SettingsOf } from '../setting.ts';
import type { RouteConfig } from '../types.ts';

/** The settings of each `[[route]]`. Routes are set in the file only. */
export const routeSettings: SettingsOf<RouteConfig> = {
  hosts: {
    key: 'host',
    kind: hostNames,
    fallback: { state: 'none', prose: 'every host' },
    flag: null,
    prose:
      'Requests for this host take the route: a name, or `*.` and a name for everything below it, or a list of them. Ports and case do not matter. The host is what the client asked for (`Host`), else the name of the web server.',
  },
  path: {
    key: 'path',
    kind: pathPrefix,
    fallback: { state: 'value', toml: '/' },
    flag: null,
    prose:
      'Requests whose path begins with this take the route. Of several routes that fit, the most special one wins: one that names the host before one with `*.`, before one for every host; among these the longest path; among these one with `methods`.',
  },
  methods: {
    key: 'methods',
    kind: methodNames,
    fallback: { state: 'none', prose: 'every method' },
    flag: null,
    prose: 'Requests with one of these methods take the route. `GET` stands for `HEAD`, too.',
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
