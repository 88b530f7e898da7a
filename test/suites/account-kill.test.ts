// Workers killed under load, again and again: each kill costs the requests that ran there, a complete 502 each, and
// nothing else; nothing is run twice.
import { expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { withBed } from '../harness/bed.ts';
import { until } from '../harness/deadline.ts';
import type { Gateway } from '../harness/gateway.ts';
import { Ledger } from '../harness/ledger.ts';
import { describeWith } from '../harness/require.ts';
import { discrepancies, Visitors } from '../harness/visitors.ts';
import { openTwoFronts, twoFrontsParts } from '../paths/two-fronts.ts';

const KILLS = Number(process.env['SLUICE_TEST_KILLS'] ?? 40);
const CLIENTS_PER_FRONT = 6;
const PROCESSES = 2;
/** Answers between two kills: enough that all lanes are busy again, with requests handed ahead. */
const ANSWERS_BETWEEN = 40;
const POOLS: readonly (readonly [name: string, pool: readonly string[]])[] = [
  ['started one by one', []],
  ['forked from one that has the application', ['preload = true']],
];
const EXPECTED_LOG = [/SLUICE_WORKER_DIED/, /SLUICE_WORKER_ENDED/];

/** The workers that live, by what the log says; those of a preloaded pool are no children of the gateway. */
function workersOf(gateway: Gateway): number[] {
  const pids = gateway.log().flatMap(({ message, pid }) => (message === 'worker ready' ? [Number(pid)] : []));
  return pids.filter((pid) => existsSync(`/proc/${pid}`));
}

/**
 * Kills a worker, every second one in the middle of a request and the others whenever it is. Returns the request it had
 * begun and not done, or null. Stopped first, it cannot change that.
 */
function killOne(gateway: Gateway, ledger: Ledger, count: number): Promise<string | null> {
  const workers = workersOf(gateway);
  const pid = workers[count % workers.length];
  if (pid === undefined) throw new Error('there is no worker');
  return until('a worker runs a request', () => {
    process.kill(pid, 'SIGSTOP');
    const running = ledger.runningOn(pid);
    const isWanted = running !== null || count % 2 === 1;
    process.kill(pid, isWanted ? 'SIGKILL' : 'SIGCONT');
    return isWanted ? running : undefined;
  });
}

describeWith(twoFrontsParts, `${KILLS} workers killed under load, over HTTP and FastCGI at once`, () => {
  it.each(POOLS)(
    '%s: cost what they ran, a complete 502 each, and nothing else',
    (_, pool) =>
      withBed(async (bed) => {
        const { gateway, http, nginx } = await openTwoFronts(bed, {
          processes: PROCESSES,
          threads: 1,
          pool,
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
          const running = await killOne(gateway, ledger, count);
          if (running !== null) lost.push(running);
          await gateway.workersReady(PROCESSES + count);
        }
        const visits = await visitors.stop();
        expect(discrepancies(visits, ledger)).toEqual([]);
        const refused = visits.filter(({ status }) => status === 502).map(({ id }) => id);
        // What was seen to run is lost. Besides, a worker may have been between the end of its work and the last byte.
        expect(lost.filter((id) => !refused.includes(id))).toEqual([]);
        expect(refused.length).toBeLessThanOrEqual(KILLS);
        expect(lost.length).toBeGreaterThanOrEqual(Math.floor(KILLS / 2));
      }),
    30_000 + KILLS * 2_000,
  );
});
