import { smallRequests } from '../loads.mjs';
import { direct, nginxKept } from '../servers.mjs';

const values = {
  quick: [1, 2000],
  short: [1, 8, 32, 128, 512, 2000],
  full: [1, 8, 32, 128, 512, 1000, 2000],
};

/** A server that is slow at first has a crowd waiting in the kernel when the next one comes. */
const WARM_CONNECTIONS = 64;
/** Long enough for all to have connected. */
const SECONDS_MIN = 4;

/** @returns {import('../axis.mjs').Axis} */
function connections(name, title, start) {
  return {
    name,
    title,
    unit: 'connections',
    about:
      'Hello world by two processes, from more and more connections, each with a request under way all the time.',
    values,
    start: (stage) => start(stage, 2),
    load: ({ url, value, seconds, signal, isWarmUp }) =>
      isWarmUp
        ? smallRequests(url, Math.min(value, WARM_CONNECTIONS), { seconds, signal })
        : smallRequests(url, value, { seconds: Math.max(seconds, SECONDS_MIN), signal }),
  };
}

export const connectionsBehindNginx = connections('connections', 'Connections behind nginx', nginxKept);
export const connectionsOverHttp = connections('connections-http', 'Connections over HTTP', direct);
