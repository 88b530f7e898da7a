// Streams in both directions: each piece arrives before the next is made.
import { expect } from '@jest/globals';
import { readBody, readHead, readResponse, text } from '../harness/http.ts';
import { beginStaged, sendStaged } from '../harness/staged-request.ts';
import type { Case } from './case.ts';

/** Reads exactly as many bytes as `expected` has, and compares. */
async function expectNext(body: AsyncGenerator<Buffer, boolean>, expected: string): Promise<void> {
  let seen = '';
  while (seen.length < expected.length) {
    const piece = await body.next();
    if (piece.done) break;
    seen += piece.value.toString('latin1');
  }
  expect(seen).toBe(expected);
}

/**
 * An upload that the application reads while the client still sends it. The client sends so many blocks of 1024 bytes
 * first: some web servers pass on nothing before they have as much.
 */
export function streamedUpload(firstBlocks = 1): Case['run'] {
  return async (front) => {
    const { connection, name } = await sendStaged(front, '/reads', (firstBlocks + 1) * 1024);
    await connection.send('a'.repeat(1024 * firstBlocks));
    const actor = await front.stage.actor(name);
    actor.say('read');
    await actor.told('read 1024');
    await connection.send('b'.repeat(1023));
    await connection.send('b');
    for (let block = 0; block <= firstBlocks; block++) actor.say('read');
    await actor.told('read 0');
    actor.say('end');
    const response = await readResponse(connection);
    expect(response && text(response)).toBe('read\n');
    connection.close();
  };
}

/** Streams. */
export const streamingCases: readonly Case[] = [
  {
    name: 'each yield reaches the client before the next is made',
    run: async (front) => {
      const { connection, actor } = await beginStaged(front, '/yields');
      const head = await readHead(connection);
      if (!head) throw new Error('no response');
      const body = readBody(connection, head);
      for (const piece of ['one', 'two', 'three']) {
        await expectNext(body, piece);
        actor.say('next');
      }
      expect(await body.next()).toEqual({ done: true, value: true });
      await actor.told('closed');
      connection.close();
    },
  },
  {
    name: 'on a streaming route the application reads a body while it is being sent',
    appliesTo: (traits) => !traits.buffersRequests,
    run: streamedUpload(),
  },
];
