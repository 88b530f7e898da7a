// Connects the routes of the configuration with what they lead to.

import type { GatewayConfig } from '../config/types.ts';
import { GatewayError } from '../exchange/errors.ts';
import type { Backend } from '../exchange/exchange.ts';
import type { Route } from '../routing/router.ts';
import { StaticFiles } from '../static/static-files.ts';
import type { Pools } from './pools.ts';
import type { Upstreams } from './upstreams.ts';

/** Every route, and the directories that are served beside them. */
export function makeRoutes(config: GatewayConfig, pools: Pools, upstreams: Upstreams): Route[] {
  const routes = config.routes.map((route) => {
    const { to } = route;
    const target = to.kind === 'pool' ? pools.get(to.name) : upstreams.get(to);
    return { config: route, backend: target.withTimeouts(route) };
  });
  const files = config.static.map((each) => ({
    // Streaming, because nobody reads the body: it need not be complete.
    config: { path: each.path, streaming: true, mount: null },
    backend: new StaticFiles(each),
  }));
  return [...routes, ...files];
}

/** Answers what no route takes where there is no application. */
export const nobody: Backend = {
  handle: (exchange) => {
    exchange.fail(new GatewayError('SLUICE_NOT_MOUNTED', 'no route leads anywhere from this path'));
  },
};
