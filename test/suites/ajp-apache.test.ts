// Apache in front, over AJP, by both of its modules.
import { chmodSync } from 'node:fs';
import { it } from '@jest/globals';
import { expectResponse } from '../cases/case.ts';
import { withBed } from '../harness/bed.ts';
import { exchange } from '../harness/http.ts';
import { patternBody, patternDigest } from '../harness/pattern.ts';
import { describeWith } from '../harness/require.ts';
import { apacheParts } from '../harness/servers/apache.ts';
import { startApacheAjp } from '../harness/servers/apache-ajp.ts';
import { startAjpGateway } from '../paths/ajp-listener.ts';
import { apacheJk, apacheProxyAjp } from '../paths/apache-ajp.ts';
import { describePath } from './describe-path.ts';

for (const path of [...apacheProxyAjp, ...apacheJk]) describePath(path);

describeWith(apacheParts('proxy_ajp'), 'Apache, mod_proxy_ajp over a Unix socket', () => {
  it('reaches a gateway whose socket it may open', async () => {
    await withBed(async (bed) => {
      // Apache runs as somebody else, who has to get to the socket.
      chmodSync(bed.site.directory, 0o711);
      const container = bed.site.path('ajp');
      const port = await bed.reservePort();
      await startAjpGateway(bed, {}, { address: `unix:${container}`, lines: ['mode = "0666"'] });
      await startApacheAjp(bed, { connector: 'proxy_ajp', port, container });
      const upload = { method: 'POST', target: '/digest', body: patternBody(1_000_000) };
      expectResponse(await exchange({ port }, upload), {
        status: 200,
        json: { sha256: patternDigest(1_000_000) },
      });
    });
  });
});
