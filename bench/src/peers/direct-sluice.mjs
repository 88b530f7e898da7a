import { sluice, startSluice } from '../servers/sluice.mjs';
import { freePort } from '../stage/ports.mjs';

/** @type {import('./peer.mjs').Peer} */
export const directSluice = {
  name: 'sluice',
  label: 'Sluice',
  path: 'direct',
  needs: [sluice],
  async start(stage, setup) {
    const address = `127.0.0.1:${await freePort()}`;
    startSluice(stage, setup, ['--http', address]);
    return `http://${address}/`;
  },
};
