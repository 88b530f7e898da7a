// Client -> web server -> gateway, with the web server set up as `sluice config` says.
import { chmodSync } from 'node:fs';
import { startGateway, type Listen } from '../harness/gateway.ts';
import { partsOf, startGenerated, type WebServerName } from '../harness/servers/generated.ts';
import { runningBehind, type Difference, type Path, type Traits } from './path.ts';

/** A web server, what it speaks to the gateway, and how. */
export interface Setup {
  readonly name: string;
  readonly server: WebServerName;
  readonly protocol: Listen['protocol'];
  readonly transport: 'unix' | 'tcp';
  /** Further lines of the gateway's listener. */
  readonly listenLines?: readonly string[];
  /** Modules of the web server that have to be installed. */
  readonly modules?: readonly string[];
  /** Further words of `sluice config`. */
  readonly words?: readonly string[];
  /** What is changed in the configuration by hand. */
  readonly edit?: (text: string) => string;
  readonly traits: Traits;
  readonly differences?: readonly Difference[];
  /** What the web server logs of a target that climbs out, a response that breaks off, a client that leaves. */
  readonly expectedLog?: readonly RegExp[];
}

/** The path through it. */
export function behind(setup: Setup): Path {
  const { name, server, protocol, transport, traits, differences = [], modules = [] } = setup;
  return {
    name,
    needs: partsOf(server, ...modules),
    traits,
    differences,
    async start(bed, { mount, ...options }) {
      const isUnix = transport === 'unix';
      const address = isUnix ? `unix:${bed.site.path(protocol)}` : `127.0.0.1:${await bed.reservePort()}`;
      // Apache runs as somebody else, who has to get to the socket.
      const isForeign = isUnix && server === 'apache';
      if (isForeign) chmodSync(bed.site.directory, 0o711);
      const gateway = await startGateway(bed, {
        ...options,
        listen: [
          {
            protocol,
            address,
            ...(mount !== undefined && { mount }),
            ...(isForeign && { mode: '0666' }),
            ...(setup.listenLines && { lines: setup.listenLines }),
          },
        ],
      });
      const port = await bed.reservePort();
      const config = bed.site.path('sluice.toml');
      const webServer = await startGenerated(bed, { ...setup, port, config });
      return runningBehind(port, gateway, webServer);
    },
  };
}
