import { direct, nginxKept } from '../servers.mjs';
import { smallRequests } from '../loads.mjs';

const CONNECTIONS = 256;
const PROCESSES = 2;

const common = {
  unit: 'gateways',
  values: { quick: [1, 2], short: [1, 2], full: [1, 2] },
  hasSteadyThroughput: true,
  load: ({ url, ...place }) => smallRequests(url, CONNECTIONS, place),
};

const what = `${CONNECTIONS} connections, ${PROCESSES} Python processes, by one gateway and by two on the same socket. On two cores there is
nothing to win: the second should cost no more for a request and take nothing from the throughput.`;

/** @type {import('../axis.mjs').Axis} */
export const gatewaysBehindNginx = {
  ...common,
  name: 'gateways-nginx',
  title: 'Gateways behind nginx',
  about: `Hello world behind nginx by FastCGI, ${what}`,
  start: (stage, value) => nginxKept(stage, PROCESSES, value),
};

/** @type {import('../axis.mjs').Axis} */
export const gatewaysOverHttp = {
  ...common,
  name: 'gateways-http',
  title: 'Gateways over HTTP',
  about: `Hello world over HTTP, ${what}`,
  start: (stage, value) => direct(stage, PROCESSES, value),
};
