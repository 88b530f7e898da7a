// Rows of the behaviour table that come out differently because of the web server in front: what it does instead.
import { allCases } from '../cases/all.ts';
import { row, type Case } from '../cases/case.ts';
import type { Path } from './path.ts';

/** One such row. */
export interface Difference {
  /** The name of the row. */
  readonly of: string;
  /** What the web server does. */
  readonly because: string;
  /** The row that holds instead. */
  readonly run: Case['run'];
  /** What the servers may log about it, at warn and above. */
  readonly logs?: readonly RegExp[];
}

/** A path over AJP. */
export interface AjpPath extends Path {
  readonly differences: readonly Difference[];
}

/** A row that stands for another one. */
export function instead(of: string, because: string, { run, logs }: Case): Difference {
  return { of, because, run, ...(logs && { logs }) };
}

/** The rows whose heads do not fit packets of 8 KiB: the web server's status for the request, and what it logs. */
export function smallPackets(status: number, logs: readonly RegExp[]): Difference[] {
  return [
    instead(
      '32 KB of cookies',
      `a head must fit a packet, else ${status}`,
      row('', { target: '/cookies', headers: [['Cookie', 'c'.repeat(8200)]] }, { status, logs }),
    ),
    instead(
      '40 KB of response headers',
      'a head must fit a packet, else the gateway answers 500',
      row(
        '',
        { target: '/big-head?count=40&size=1000' },
        { status: 500, logs: [/X-Big-\d+ needs \d+ bytes.*raise packet_size/] },
      ),
    ),
  ];
}

/** The behaviour table as it holds over a path. Throws when a difference is about no row. */
export function tableOf({ name, differences }: AjpPath): Case[] {
  for (const { of } of differences) {
    if (!allCases.some(({ name: known }) => known === of))
      throw new Error(`${name}: there is no row ${JSON.stringify(of)}`);
  }
  return allCases.map((usual) => {
    const difference = differences.find(({ of }) => of === usual.name);
    if (!difference) return usual;
    const { of, because, run, logs } = difference;
    return { name: `${of}: ${because}`, run, ...(logs && { logs }) };
  });
}
