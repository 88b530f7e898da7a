// Client -> lighttpd -> SCGI or uwsgi -> gateway.
import { row } from '../cases/case.ts';
import { startGateway } from '../harness/gateway.ts';
import { startGenerated } from '../harness/servers/generated.ts';
import { lighttpdParts } from '../harness/servers/lighttpd.ts';
import { instead } from './differences.ts';
import { runningBehind, type Path } from './path.ts';

const climbing = instead(
  'a path that climbs out is refused',
  'lighttpd takes it for a path from the root',
  row('', { target: '/../environ' }, { status: 200, json: { PATH_INFO: '/environ' } }),
);

/** lighttpd with mod_scgi. */
export const lighttpdScgi: Path = lighttpdPath('scgi');

/** lighttpd with mod_scgi told to speak uwsgi. */
export const lighttpdUwsgi: Path = lighttpdPath('uwsgi');

function lighttpdPath(protocol: 'scgi' | 'uwsgi'): Path {
  return {
    name: `lighttpd, ${protocol === 'scgi' ? 'SCGI' : 'uwsgi'}`,
    needs: lighttpdParts(),
    traits: { buffersRequests: true, acceptsRawBytes: false, mergesSlashes: true },
    differences: [climbing],
    async start(bed, { mount, ...options }) {
      const container = await bed.reservePort();
      const listen = { protocol, address: `127.0.0.1:${container}`, ...(mount !== undefined && { mount }) };
      const gateway = await startGateway(bed, { ...options, listen: [listen] });
      const port = await bed.reservePort();
      const lighttpd = await startGenerated(bed, {
        server: 'lighttpd',
        port,
        config: bed.site.path('sluice.toml'),
      });
      lighttpd.expectLog(/response already sent out, but backend returned error/);
      return runningBehind(port, gateway, lighttpd);
    },
  };
}
