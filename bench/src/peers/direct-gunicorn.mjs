import { GTHREAD, gunicorn, startGunicorn, SYNC } from '../servers/gunicorn.mjs';
import { freePort } from '../stage/ports.mjs';

/** @returns {import('./peer.mjs').Peer} */
function direct(name, label, workerClass) {
  return {
    name,
    label,
    path: 'direct',
    needs: [gunicorn],
    async start(stage, setup) {
      const address = `127.0.0.1:${await freePort()}`;
      startGunicorn(stage, setup, { bind: address, workerClass });
      return `http://${address}/`;
    },
  };
}

export const directGunicornSync = direct('gunicorn-sync', 'gunicorn sync', SYNC);
export const directGunicornThreads = direct('gunicorn-gthread', 'gunicorn gthread', GTHREAD);
