import { startUwsgi, uwsgi } from '../servers/uwsgi.mjs';
import { freePort } from '../stage/ports.mjs';

/** @returns {import('./peer.mjs').Peer} */
function direct(name, label, listen, serves = () => true) {
  return {
    name,
    label,
    path: 'direct',
    needs: [uwsgi],
    serves,
    async start(stage, setup) {
      const address = `127.0.0.1:${await freePort()}`;
      startUwsgi(stage, setup, listen(address));
      return `http://${address}/`;
    },
  };
}

/** A process of its own takes the requests and hands them to the workers. */
export const directUwsgiRouter = direct('uwsgi-http', 'uWSGI, http router', (address) => [
  '--http',
  address,
  '--http-keepalive',
  '--http-auto-chunked',
]);

/**
 * The workers take the requests themselves, one on each connection; the header tells the client so. They end an answer
 * of unknown length by closing, which wrk counts as an error, so they cannot take part in the stream.
 */
export const directUwsgiSocket = direct(
  'uwsgi-http-socket',
  'uWSGI, http-socket',
  (address) => ['--http-socket', address, '--add-header', 'Connection: close'],
  ({ workload }) => workload.name !== 'stream',
);
