// A hundred reloads under load over two protocols: every request is run once and answered once, and none fails.
import { expect, it } from '@jest/globals';
import { withBed } from '../harness/bed.ts';
import { Ledger } from '../harness/ledger.ts';
import { describeWith } from '../harness/require.ts';
import { discrepancies, Visitors } from '../harness/visitors.ts';
import { openTwoFronts, twoFrontsParts } from '../paths/two-fronts.ts';

const RELOADS = Number(process.env['SLUICE_TEST_RELOADS'] ?? 100);
const CLIENTS_PER_FRONT = 4;

describeWith(twoFrontsParts, `${RELOADS} reloads under load, over HTTP and FastCGI at once`, () => {
  it(
    'fail no request, and each is run exactly once',
    () =>
      withBed(async (bed) => {
        const { gateway, http, nginx } = await openTwoFronts(bed, { processes: 2, threads: 2 });
        const ledger = new Ledger(bed.site);
        const addresses = Array.from({ length: CLIENTS_PER_FRONT }, () => [http, nginx]).flat();
        const visitors = new Visitors(addresses, ledger, 3);
        for (let count = 1; count <= RELOADS; count++) {
          gateway.process.kill('SIGHUP');
          await gateway.process.lineCount(/"message":"reloaded/, count);
        }
        const visits = await visitors.stop();
        expect(discrepancies(visits, ledger)).toEqual([]);
        expect(visits.filter(({ status }) => status !== 200)).toEqual([]);
        // It was load: requests were under way at each reload.
        expect(visits.length).toBeGreaterThan(RELOADS * CLIENTS_PER_FRONT);
      }),
    30_000 + RELOADS * 2_000,
  );
});
