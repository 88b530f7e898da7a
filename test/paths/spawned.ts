// Client -> web server -> FastCGI -> a gateway that the web server starts, set up as `sluice config` says.
import { parseLine, writeConfig } from '../harness/gateway.ts';
import { partsOf, startGenerated, type WebServerName } from '../harness/servers/generated.ts';
import type { Site } from '../harness/site.ts';
import { runningBehind, type AnyPath, type Difference, type LoggingGateway, type Traits } from './path.ts';

/** A web server that starts gateways. */
export interface Spawning {
  readonly name: string;
  readonly server: WebServerName;
  /** Modules of the web server that have to be installed. */
  readonly modules?: readonly string[];
  /** Words of `sluice config`. */
  readonly words: readonly string[];
  /** Puts what it names outside of the site into it. */
  readonly edit: (text: string, site: Site) => string;
  readonly traits: Traits;
  readonly differences?: readonly Difference[];
  readonly expectedLog?: readonly RegExp[];
}

/** The path through it. Its log, and that of the gateway, are those of the web server. */
export function spawned(setup: Spawning): AnyPath {
  const { name, server, traits, differences = [], modules = [] } = setup;
  return {
    name,
    needs: partsOf(server, ...modules),
    traits,
    differences,
    async start(bed, { mount, ...options }) {
      const listen = [
        { protocol: 'fastcgi', address: 'fd:0', ...(mount !== undefined && { mount }) },
      ] as const;
      const config = writeConfig(bed, { ...options, listen });
      const port = await bed.reservePort();
      const webServer = await startGenerated(bed, {
        ...setup,
        port,
        config,
        isSpawning: true,
        edit: (text) => setup.edit(text, bed.site),
      });
      const gateway: LoggingGateway = {
        log: () =>
          webServer
            .lines()
            .filter((line) => line.startsWith('{'))
            .map(parseLine),
        expectLog: (pattern) => webServer.expectLog(pattern),
      };
      return runningBehind(port, gateway);
    },
  };
}
