import { downloads, uploads } from './bodies.mjs';
import { connectionsBehindNginx, connectionsOverHttp } from './connections.mjs';
import { gatewaysBehindNginx, gatewaysOverHttp } from './gateways.mjs';
import { processes } from './processes.mjs';
import { pools, routes } from './routes.mjs';

/** Everything that grows, in the order of the page. @type {readonly import('../axis.mjs').Axis[]} */
export const allAxes = [
  processes,
  gatewaysBehindNginx,
  gatewaysOverHttp,
  connectionsBehindNginx,
  connectionsOverHttp,
  routes,
  pools,
  downloads,
  uploads,
];
