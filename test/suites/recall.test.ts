// No request waits behind a slow one while a worker is free, and each is run exactly once.
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { expectResponse } from '../cases/case.ts';
import { describeWith } from '../harness/require.ts';
import { exchange } from '../harness/http.ts';
import { onePathPerProtocol } from '../paths/one-per-protocol.ts';
import { frontOfSuite } from './describe-path.ts';

const ROUNDS = 10;
const QUICK_PER_ROUND = 40;

for (const path of onePathPerProtocol) {
  describeWith(path.needs, `one slow request on two lanes, over ${path.name}`, () => {
    const front = frontOfSuite(path, { processes: 2, threads: 1, pool: ['look_ahead = 8'] });

    it('quick requests finish while the slow one is held, and each runs once', async () => {
      const { address, stage, site } = front();
      const file = site.path('counted');
      const sent: string[] = [];
      const quick = async (id: string): Promise<void> => {
        sent.push(id);
        const response = await exchange(address, {
          target: `/count?file=${encodeURIComponent(file)}&id=${id}`,
        });
        expectResponse(response, { status: 200, text: 'counted\n' });
      };

      for (let round = 0; round < ROUNDS; round++) {
        const { name, query } = stage.cast();
        // The slow one is sent in the midst of the others, so that some are handed to its lane behind it.
        const slowPlace = Math.floor((QUICK_PER_ROUND * round) / ROUNDS);
        const quickOnes: Promise<void>[] = [];
        let slow: Promise<unknown> = Promise.resolve();
        for (let index = 0; index < QUICK_PER_ROUND; index++) {
          if (index === slowPlace) slow = exchange(address, { target: `/holds?${query}` });
          quickOnes.push(quick(`${round}-${index}`));
        }
        await Promise.all(quickOnes);
        const actor = await stage.actor(name);
        expect(actor.hasTold('closed')).toBe(false);
        actor.say('go on');
        expect(await slow).toMatchObject({ status: 200 });
      }

      const run = readFileSync(file, 'utf8').trimEnd().split('\n');
      expect(run.toSorted()).toEqual(sent.toSorted());
    });
  });
}
