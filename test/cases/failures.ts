// Applications that fail: the client always learns that it did not get what it asked for.
import { expect } from '@jest/globals';
import { formatHead, readResponse, text, type HttpResponse } from '../harness/http.ts';
import { RawConnection } from '../harness/raw-connection.ts';
import { expectHealthy, row, type Case } from './case.ts';
import type { AnyFront } from '../paths/path.ts';

// What nginx says about an upstream that broke off.
const BROKEN_OFF = /upstream prematurely closed|Connection reset by peer|upstream sent|Broken pipe/;

async function request(front: AnyFront, target: string): Promise<HttpResponse | undefined> {
  const connection = await RawConnection.open(front.address);
  try {
    await connection.send(formatHead({ target }));
    return await readResponse(connection);
  } finally {
    connection.close();
  }
}

/** A response that broke off must not look like one that ended. */
async function expectBroken(front: AnyFront, target: string): Promise<void> {
  const response = await request(front, target);
  const looksWhole = response !== undefined && response.isComplete && response.status === 200;
  expect({ looksWhole, status: response?.status, body: response && text(response) }).toMatchObject({
    looksWhole: false,
  });
  await expectHealthy(front);
}

/** Failures. */
export const failureCases: readonly Case[] = [
  row(
    'an exception before the head is a 500',
    { target: '/raise-before-head' },
    {
      status: 500,
      logs: [/raised before the head/],
      also: (response) => expect(text(response)).not.toContain('raised before the head'),
    },
  ),
  {
    name: 'an exception after the head breaks the response off',
    run: (front) => expectBroken(front, '/raise-after-head'),
    logs: [/raised after the head/, BROKEN_OFF],
  },
  {
    name: 'a body shorter than its Content-Length breaks the response off',
    run: (front) => expectBroken(front, '/short-body'),
    logs: [/Content-Length/i, BROKEN_OFF],
  },
];
