import { bjoern, startBjoern } from '../servers/bjoern.mjs';
import { granian, startGranian } from '../servers/granian.mjs';
import { startWaitress, waitress } from '../servers/waitress.mjs';
import { freePort } from '../stage/ports.mjs';

const HOST = '127.0.0.1';

/** @type {import('./peer.mjs').Peer} */
export const directGranian = {
  name: 'granian',
  label: 'granian',
  path: 'direct',
  needs: [granian],
  async start(stage, setup) {
    const port = await freePort();
    startGranian(stage, setup, ['--host', HOST, '--port', `${port}`]);
    return `http://${HOST}:${port}/`;
  },
};

/** However many processes the others have, it has one. @type {import('./peer.mjs').Peer} */
export const directWaitress = {
  name: 'waitress',
  label: 'waitress, 1 process',
  path: 'direct',
  needs: [waitress],
  async start(stage, setup) {
    const address = `${HOST}:${await freePort()}`;
    startWaitress(stage, setup, address);
    return `http://${address}/`;
  },
};

/** @type {import('./peer.mjs').Peer} */
export const directBjoern = {
  name: 'bjoern',
  label: 'bjoern',
  path: 'direct',
  needs: [bjoern],
  async start(stage, setup) {
    const port = await freePort();
    startBjoern(stage, setup, { host: HOST, port });
    return `http://${HOST}:${port}/`;
  },
};
