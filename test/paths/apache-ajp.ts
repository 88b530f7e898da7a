// Client -> Apache -> AJP -> gateway.
import { expect } from '@jest/globals';
import { expectHealthy, row } from '../cases/case.ts';
import { exchange, text } from '../harness/http.ts';
import { apacheParts, startApache } from '../harness/servers/apache.ts';
import type { Connector } from '../harness/servers/apache-ajp.ts';
import { generatedApache } from '../harness/servers/generated.ts';
import { instead, smallPackets } from './differences.ts';
import { startAjpGateway } from './ajp-listener.ts';
import { runningBehind, type Difference, type AnyFront, type Path } from './path.ts';

interface Variant {
  readonly connector: Connector;
  readonly secret?: string;
  readonly packetBytes?: number;
}

// What Apache says of a target that climbs out, of a response that broke off, and of a client that left.
const EXPECTED_LOG: Readonly<Record<Connector, readonly RegExp[]>> = {
  // The last one: a connection that the container closes is remarked on.
  proxy_ajp: [/AH10244/, /Reuse is set to false/, /AH01030|AH00992|AH00893/, /AH02822/],
  jk: [/AH10244/, /Part of the response has already been sent/, /sending request to tomcat failed/],
};

// mod_jk has no way to break a response off.
const jkDifferences: readonly Difference[] = [
  instead('a NUL is refused', 'by Apache, with 404', row('', { target: '/environ/%00' }, { status: 404 })),
  {
    of: 'an exception after the head breaks the response off',
    because: 'mod_jk adds an error page and ends it as if it were whole',
    logs: [/raised after the head/],
    run: async (front: AnyFront) => {
      const count = (): number =>
        front.gateway.log().filter(({ path }) => path === '/raise-after-head').length;
      const before = count();
      const response = await exchange(front.address, { target: '/raise-after-head' });
      expect(response).toMatchObject({ status: 200, isComplete: true });
      expect(text(response)).toMatch(/^the beginning<!DOCTYPE[^]*502 Bad Gateway/);
      await expectHealthy(front);
      expect(count() - before).toBe(1);
    },
  },
];

/** Apache with mod_proxy_ajp: with a secret and packets of 64 KiB, and as it comes. */
export const apacheProxyAjp: readonly [Path, Path] = [
  apachePath({ connector: 'proxy_ajp', secret: 's3cret', packetBytes: 65_536 }, []),
  apachePath({ connector: 'proxy_ajp' }, smallPackets(400, [/AH03229|AH00971|AH00988|AH00868/])),
];

/** Apache with mod_jk, in the same two ways. */
export const apacheJk: readonly [Path, Path] = [
  apachePath({ connector: 'jk', secret: 's3cret', packetBytes: 65_536 }, jkDifferences),
  apachePath({ connector: 'jk' }, [...jkDifferences, ...smallPackets(400, [])]),
];

function apachePath(variant: Variant, differences: readonly Difference[]): Path {
  const { connector, packetBytes } = variant;
  const how = packetBytes === undefined ? 'as it comes' : `secret, packets of ${packetBytes} bytes`;
  return {
    name: `Apache, mod_${connector} (${how})`,
    needs: apacheParts(connector),
    // mod_jk sends nothing of a body before it has filled a packet.
    traits: { buffersRequests: connector === 'jk', acceptsRawBytes: false, mergesSlashes: true },
    differences,
    async start(bed, options) {
      const container = await bed.reservePort();
      const port = await bed.reservePort();
      const gateway = await startAjpGateway(bed, options, {
        ...variant,
        address: `127.0.0.1:${container}`,
      });
      const isJk = connector === 'jk';
      const { lines = [], ...rest } = generatedApache(bed, port, ...(isJk ? ['--module', 'mod_jk'] : []));
      const log = bed.site.write('jk.log', '');
      const files = [`JkShmFile ${bed.site.path('jk.shm')}`, `JkLogFile ${log}`, 'JkLogLevel warn'];
      const apache = await startApache(bed, {
        ...rest,
        lines: [...(isJk ? files : []), ...lines],
        logs: isJk ? [log] : [],
      });
      for (const pattern of EXPECTED_LOG[connector]) apache.expectLog(pattern);
      return runningBehind(port, gateway, apache);
    },
  };
}
