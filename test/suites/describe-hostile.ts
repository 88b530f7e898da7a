// Runs a hostile table against a listener of a protocol, then mutations of honest requests, and weighs the gateway.
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { HostileRow } from '../cases/hostile/row.ts';
import { bedOfSuite, type TestBed } from '../harness/bed.ts';
import { mutations, mutate, type Mutation } from '../harness/hostile/mutate.ts';
import { residentBytes } from '../harness/hostile/resident.ts';
import { echo, type Speaker } from '../harness/hostile/speaker.ts';
import { Target } from '../harness/hostile/target.ts';

const ROUNDS_OF_MUTANTS = 40;
/** Mutants that attack at the same time, at most. */
const AT_ONCE = 16;
/** How often the whole table runs again while the gateway is weighed. */
const ROUNDS = 2;
/** All rows at once are a load that a busy machine takes its time for. */
const WEIGHING_TIMEOUT_MS = 180_000;

/**
 * What the gateway may weigh more after the table has run again. What V8 has collected it gives back late, and up to a few
 * times the 16 MiB of its young generation; a leak of one connection's buffer (64 KiB) for each input would be far above.
 */
const GROWTH_BYTES = 64 * 1024 * 1024;

/**
 * A suite: one test for each row.
 *
 * @param linesOf further lines of the listener; default none
 */
export function describeHostile(
  speaker: Speaker,
  rows: readonly HostileRow[],
  linesOf: (bed: TestBed) => readonly string[] = () => [],
): void {
  describe(`a listener for ${speaker.protocol}`, () => {
    const bed = bedOfSuite();
    let target: Target;
    beforeAll(async () => {
      target = await Target.start(bed, speaker, linesOf(bed));
    }, 60_000);

    it.each(rows.map((row) => [row.name, row] as const))('endures %s', async (_name, row) => {
      await target.endure(row);
    });

    it('endures mutations of honest requests', async () => {
      const honest = (marker: string): Buffer => speaker.request(echo(marker));
      const attack = async (steps: readonly Mutation[]): Promise<void> => {
        const bait = target.bait();
        const seen = await target.attack(mutate(honest(bait.marker), steps), bait, { kind: 'harmless' });
        target.check('a mutation', seen, bait, { kind: 'harmless' });
        await target.expectHonest();
      };
      await fc.assert(
        fc.asyncProperty(fc.array(mutations, { minLength: 1, maxLength: AT_ONCE }), async (mutants) => {
          await Promise.all(mutants.map(attack));
        }),
        { numRuns: ROUNDS_OF_MUTANTS },
      );
    });

    const weigh = async (): Promise<void> => {
      const before = residentBytes(target.gateway.pid);
      for (let round = 0; round < ROUNDS; round++) await Promise.all(rows.map((row) => target.endure(row)));
      expect(residentBytes(target.gateway.pid) - before).toBeLessThan(GROWTH_BYTES);
    };
    it('weighs no more after all of it than before', weigh, WEIGHING_TIMEOUT_MS);

    it('has logged nothing but clear lines, and run nothing that was hidden', () => {
      target.expectNothingHiddenRan();
      for (const line of target.gateway.log()) {
        expect(line).toMatchObject({ message: expect.stringMatching(/./) });
        if (line.level === 'warn') expect(line).toMatchObject({ code: expect.stringMatching(/^SLUICE_/) });
      }
    });
  });
}
