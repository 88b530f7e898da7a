// Workers killed under load, again and again: each kill costs the requests that ran there, a complete 502 each, and
// nothing else; nothing is run twice.
import { expect, it } from '@jest/globals';
import { withBed, type TestBed } from '../harness/bed.ts';
import { until } from '../harness/deadline.ts';
import { Ledger } from '../harness/ledger.ts';
import { descendantsOf } from '../harness/processes.ts';
import { describeWith } from '../harness/require.ts';
import { discrepancies, Visitors } from '../harness/visitors.ts';
import { openTwoFronts, twoFrontsParts } from '../paths/two-fronts.ts';

const KILLS = Number(process.env['SLUICE_TEST_KILLS'] ?? 40);
const CLIENTS_PER_FRONT = 6;
const PROCESSES = 2;
/** Answers between two kills: enough that all lanes are busy again, with requests handed ahead. */
const ANSWERS_BETWEEN = 40;
const EXPECTED_LOG = [/SLUICE_WORKER_DIED/, /SLUICE_WORKER_ENDED/];

/** Kills a worker; returns the request it had begun and not done, or null. Stopped first, it cannot change that. */
function killOne(
  { gatewayPid, ledger }: { gatewayPid: number; ledger: Ledger },
  pick: number,
): string | null {
  const workers = descendantsOf(gatewayPid).filter(({ command }) => command.includes('__main__.py worker'));
  const worker = workers[pick % workers.length];
  if (!worker) throw new Error('there is no worker');
  process.kill(worker.pid, 'SIGSTOP');
  const running = ledger.runningOn(worker.pid);
  process.kill(worker.pid, 'SIGKILL');
  return running;
}

describeWith(twoFrontsParts, `${KILLS} workers killed under load, over HTTP and FastCGI at once`, () => {
  it(
    'cost what they ran, a complete 502 each, and nothing else',
    () =>
      withBed(async (bed: TestBed) => {
        const { gateway, http, nginx } = await openTwoFronts(bed, {
          processes: PROCESSES,
          threads: 1,
          expectedLog: EXPECTED_LOG,
        });
        const ledger = new Ledger(bed.site);
        const addresses = Array.from({ length: CLIENTS_PER_FRONT }, () => [http, nginx]).flat();
        const visitors = new Visitors(addresses, ledger, 4);
        const lost: string[] = [];
        for (let count = 1; count <= KILLS; count++) {
          const before = visitors.visits.length;
          await until(
            'requests are answered',
            () => visitors.visits.length > before + ANSWERS_BETWEEN || undefined,
          );
          const running = killOne({ gatewayPid: gateway.pid, ledger }, count);
          if (running !== null) lost.push(running);
          await gateway.workersReady(PROCESSES + count);
        }
        const visits = await visitors.stop();
        expect(discrepancies(visits, ledger)).toEqual([]);
        const refused = visits.filter(({ status }) => status === 502).map(({ id }) => id);
        // What was seen to run is lost. Besides, a worker may have been between the end of its work and the last byte.
        expect(lost.filter((id) => !refused.includes(id))).toEqual([]);
        expect(refused.length).toBeLessThanOrEqual(KILLS);
        expect(lost.length).toBeGreaterThan(KILLS / 2);
      }),
    30_000 + KILLS * 2_000,
  );
});
