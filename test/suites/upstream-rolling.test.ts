// Two servers behind a gateway, each restarted while requests go on.
import { expect, it } from '@jest/globals';
import { withBed } from '../harness/bed.ts';
import { startGateway, type Gateway } from '../harness/gateway.ts';
import { exchange, text } from '../harness/http.ts';
import { startRelay } from '../harness/relay.ts';

const CLIENTS = 8;

it('loses no request while each of two servers is restarted', async () => {
  await withBed(async (bed) => {
    const addresses = ['one', 'two'].map((name) => `unix:${bed.site.path(name)}`);
    const open = (address: string): Promise<Gateway> =>
      startGateway(bed, { listen: [{ protocol: 'fastcgi', address }], processes: 1 });
    const servers = [await open(addresses[0] ?? ''), await open(addresses[1] ?? '')];
    const port = await bed.reservePort();
    const upstream = [
      'protocol = "fastcgi"',
      `servers = ${JSON.stringify(addresses)}`,
      'keep_alive = 8',
      'fail_after = 1',
      'fail_timeout = "50ms"',
    ];
    const expectedLog = [/SLUICE_SERVER_DOWN/];
    const relay = await startRelay(bed, { port, upstream, isStreaming: false, expectedLog });
    let isOver = false;
    const answers: string[] = [];
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (!isOver) {
        const response = await exchange({ port }, { target: '/hello' });
        answers.push(`${response.status} ${text(response)}`);
      }
    });
    const served = async (count: number): Promise<void> => {
      const wanted = answers.length + count;
      while (answers.length < wanted) await exchange({ port }, { target: '/hello' });
    };
    for (const [index, address] of addresses.entries()) {
      await served(200);
      await servers[index]?.stop();
      await served(200);
      await open(address);
      await relay.process.lineCount(/ is up again/, 1);
      await served(200);
    }
    isOver = true;
    await Promise.all(clients);
    expect(answers.length).toBeGreaterThan(1200);
    expect(answers.filter((answer) => answer !== '200 hello\n')).toEqual([]);
  });
}, 90_000);
