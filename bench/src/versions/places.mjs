// Where two versions are compared: the ways to a gateway on which a change to it can show.
import { directSluice } from '../peers/direct-sluice.mjs';
import { nginxSluice, nginxSluiceHttp, nginxSluiceScgi, nginxSluiceUnkept } from '../peers/nginx-sluice.mjs';
import { behindOthers } from '../peers/other-servers.mjs';

const behindLighttpd = behindOthers.find(({ name, path }) => name === 'sluice' && path === 'lighttpd');

/**
 * By name. `headers` are added to those of the workload.
 * @type {Readonly<Record<string, {peer: import('../peers/peer.mjs').Peer, headers?: readonly string[]}>>}
 */
export const PLACES = {
  nginx: { peer: nginxSluice },
  'nginx-unkept': { peer: nginxSluiceUnkept },
  'nginx-scgi': { peer: nginxSluiceScgi },
  'nginx-http': { peer: nginxSluiceHttp },
  lighttpd: { peer: behindLighttpd },
  direct: { peer: directSluice },
  'direct-unkept': { peer: directSluice, headers: ['Connection: close'] },
};
