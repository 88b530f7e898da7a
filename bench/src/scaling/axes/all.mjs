import { downloads, uploads } from './bodies.mjs';
import { connectionsBehindNginx, connectionsOverHttp } from './connections.mjs';
import { processes } from './processes.mjs';
import { pools, routes } from './routes.mjs';

/** Everything that grows, in the order of the page. @type {readonly import('../axis.mjs').Axis[]} */
export const allAxes = [
  processes,
  connectionsBehindNginx,
  connectionsOverHttp,
  routes,
  pools,
  downloads,
  uploads,
];
