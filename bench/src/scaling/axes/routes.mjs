import { smallRequests } from '../loads.mjs';
import { routed } from '../servers.mjs';

const CONNECTIONS = 32;

/** @returns {import('../axis.mjs').Axis} */
function routing(name, title, about, values, poolsOf) {
  return {
    name,
    title,
    unit: name,
    about,
    values,
    start: (stage, value) => routed(stage, { routes: value, pools: poolsOf(value) }),
    load: ({ url, value, ...place }) => smallRequests(`${url}part${value}/`, CONNECTIONS, place),
  };
}

export const routes = routing(
  'routes',
  'Routes',
  'Hello world over HTTP from a route among more and more, all to one pool of two processes.',
  { quick: [1, 200], short: [1, 10, 50, 200], full: [1, 10, 50, 100, 200] },
  () => 1,
);

export const pools = routing(
  'pools',
  'Pools',
  'The same, but each route has a pool of its own, of one process.',
  { quick: [1, 20], short: [1, 10, 50, 200], full: [1, 10, 50, 200] },
  (value) => value,
);
