// What is left of a request on a connection that its client keeps: nothing that weighs anything.
import { expect, it } from '@jest/globals';
import { withBed } from '../harness/bed.ts';
import { startGateway } from '../harness/gateway.ts';
import { formatHead, readResponse } from '../harness/http.ts';
import { peakResidentBytes } from '../harness/hostile/resident.ts';
import { RawConnection } from '../harness/raw-connection.ts';

const CLIENTS = 160;
const SIZE = 1024 * 1024;
/** What bodies may add of which only one is there at a time; all of them are 160 MiB. */
const GROWTH_BYTES = 80 * 1024 * 1024;

it(
  'bodies are gone when they are answered, also of clients that keep their connections',
  () =>
    withBed(async (bed) => {
      const address = { path: bed.site.path('http') };
      const gateway = await startGateway(bed, {
        listen: [{ protocol: 'http', address: `unix:${address.path}` }],
        processes: 1,
        body: ['memory = "2MiB"'],
      });
      const half = Buffer.alloc(SIZE / 2, 'x');
      const head = formatHead({
        method: 'POST',
        target: '/digest',
        headers: [['Content-Length', `${SIZE}`]],
      });
      const before = peakResidentBytes(gateway.pid);
      const connections: RawConnection[] = [];
      for (let count = 0; count < CLIENTS; count++) {
        const connection = await RawConnection.open(address);
        connections.push(connection);
        for (const part of [head, half, half]) await connection.send(part);
        expect((await readResponse(connection))?.status).toBe(200);
      }
      expect(peakResidentBytes(gateway.pid) - before).toBeLessThan(GROWTH_BYTES);
      for (const connection of connections) connection.close();
    }),
  60_000,
);
