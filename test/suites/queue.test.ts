// The queue in front of the workers has a length and an age, and a client that leaves gives its place away.
import { expect, it } from '@jest/globals';
import { exchange, headerValues, readResponse, text, type HttpResponse } from '../harness/http.ts';
import { describeWith } from '../harness/require.ts';
import { sendStaged, type SentRequest } from '../harness/staged-request.ts';
import { apacheJk, apacheProxyAjp } from '../paths/apache-ajp.ts';
import { onePathPerProtocol } from '../paths/one-per-protocol.ts';
import { frontOfSuite } from './describe-path.ts';
import type { Front } from '../paths/path.ts';

const DEPARTURE = 'gives the place of a client that has left to the next, and never runs the request';

/** A request that the application holds until it is released. */
interface Held extends SentRequest {
  readonly response: Promise<HttpResponse | undefined>;
}

async function hold(front: Front): Promise<Held> {
  const sent = await sendStaged(front, '/holds');
  return { ...sent, response: readResponse(sent.connection) };
}

async function holdWorker(front: Front): Promise<Held> {
  const held = await hold(front);
  await front.stage.actor(held.name);
  return held;
}

/** Sends two requests where one has a place: that one is returned, the other was refused. */
async function fillQueue(front: Front): Promise<Held> {
  const both = [await hold(front), await hold(front)];
  const refused = await Promise.race(both.map((held) => held.response.then(() => held)));
  expect((await refused.response)?.status).toBe(503);
  refused.connection.close();
  const waiting = both.find((held) => held !== refused);
  if (!waiting) throw new Error('both were refused');
  return waiting;
}

async function release(front: Front, { name, connection, response }: Held): Promise<void> {
  const actor = await front.stage.actor(name);
  actor.say('go on');
  const answer = await response;
  expect(answer && text(answer)).toBe('held\n');
  connection.close();
}

// Apache does not notice a client that leaves while it waits for an answer.
const deafPaths = [apacheProxyAjp[1], apacheJk[1]];

for (const path of [...onePathPerProtocol, ...deafPaths]) {
  const tellsOfDepartures = onePathPerProtocol.includes(path);
  const options = { processes: 1, threads: 1, expectedLog: [/SLUICE_QUEUE_FULL/, /SLUICE_QUEUE_TIMEOUT/] };

  describeWith(path.needs, `a queue with one place, over ${path.name}`, () => {
    const pool = ['look_ahead = 0', 'queue = { length = 1, timeout = "60s" }'];
    const front = frontOfSuite(path, { ...options, pool });

    it('refuses what it has no place for, with Retry-After', async () => {
      const running = await holdWorker(front());
      const waiting = await fillQueue(front());
      const refused = await exchange(front().address, { target: '/hello' });
      expect(refused.status).toBe(503);
      expect(headerValues(refused, 'retry-after')).toEqual([expect.stringMatching(/^\d+$/)]);
      await release(front(), running);
      await release(front(), waiting);
    });

    if (tellsOfDepartures)
      it(DEPARTURE, async () => {
        const running = await holdWorker(front());
        const gone = await fillQueue(front());
        gone.connection.close();
        const next = await fillQueue(front());
        await release(front(), running);
        await release(front(), next);
        expect(front().stage.hasSeen(gone.name)).toBe(false);
      });
  });

  describeWith(path.needs, `a queue with an age, over ${path.name}`, () => {
    const pool = ['look_ahead = 0', 'queue = { length = 100, timeout = "100ms" }'];
    const front = frontOfSuite(path, { ...options, pool });

    it('refuses what has waited too long while the worker is still busy', async () => {
      const running = await holdWorker(front());
      const response = await exchange(front().address, {
        target: '/hello',
        headers: [['Accept', 'text/html']],
      });
      expect(response.status).toBe(503);
      expect(headerValues(response, 'retry-after')).toEqual([expect.stringMatching(/^\d+$/)]);
      expect((await front().stage.actor(running.name)).hasTold('closed')).toBe(false);
      await release(front(), running);
    });
  });
}
