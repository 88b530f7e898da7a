// Clients that leave, at every stage of a request. The application is told or spared, the others never notice.
import { expect } from '@jest/globals';
import { readBody, readHead } from '../harness/http.ts';
import { patternBlocks } from '../harness/pattern.ts';
import { sendStaged, type SentRequest } from '../harness/staged-request.ts';
import { expectHealthy, type Case } from './case.ts';
import type { Actor } from '../harness/stage.ts';
import type { AnyFront } from '../paths/path.ts';

async function begun(front: AnyFront, { name }: SentRequest): Promise<Actor> {
  const actor = await front.stage.actor(name);
  await actor.told('begun');
  return actor;
}

/** A client that sends so many blocks of 1024 bytes of a streamed upload and leaves. */
export function brokenUpload(firstBlocks = 1): Case['run'] {
  return async (front) => {
    const visitor = await sendStaged(front, '/reads', (firstBlocks + 3) * 1024);
    await visitor.connection.send('a'.repeat(1024 * firstBlocks));
    const actor = await front.stage.actor(visitor.name);
    actor.say('read');
    await actor.told('read 1024');
    visitor.connection.close();
    for (let block = 0; block < firstBlocks; block++) actor.say('read');
    await actor.told(/^failed /);
    actor.say('end');
    await actor.told('closed');
    await expectHealthy(front);
  };
}

/** A client that asks for an endless reply, reads nothing of it, and resets. Meanwhile others are served, or wait for it. */
export function resetWithoutReading(areOthersServed: boolean): Case['run'] {
  return async (front) => {
    const visitor = await sendStaged(front, '/floods');
    const actor = await begun(front, visitor);
    if (areOthersServed) await expectHealthy(front);
    visitor.connection.reset();
    await actor.told('closed');
    await expectHealthy(front);
  };
}

/** Departures. */
export const departureCases: readonly Case[] = [
  {
    name: 'a client that leaves while it uploads never reaches the application',
    run: async (front) => {
      const visitor = await sendStaged(front, '/holds', 1_000_000);
      for (const block of patternBlocks(500_000)) await visitor.connection.send(block);
      visitor.connection.close();
      await expectHealthy(front);
      expect(front.stage.hasSeen(visitor.name)).toBe(false);
    },
  },
  {
    name: 'a client that leaves while its upload is streamed makes the read fail',
    appliesTo: (traits) => !traits.buffersRequests,
    run: brokenUpload(),
  },
  {
    name: 'a client that leaves while the application computes',
    run: async (front) => {
      const visitor = await sendStaged(front, '/holds');
      const actor = await begun(front, visitor);
      visitor.connection.close();
      await expectHealthy(front);
      actor.say('go on');
      await actor.told('closed');
      await expectHealthy(front);
    },
  },
  {
    name: 'a client that leaves while the application sends stops it',
    run: async (front) => {
      const visitor = await sendStaged(front, '/floods');
      const head = await readHead(visitor.connection);
      if (!head) throw new Error('no response');
      await readBody(visitor.connection, head).next();
      const actor = await begun(front, visitor);
      visitor.connection.close();
      await actor.told('closed');
      await expectHealthy(front);
    },
  },
  {
    name: 'a client that never reads, and then resets the connection, stops the application',
    run: resetWithoutReading(true),
  },
];
