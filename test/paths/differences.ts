// Rows of the behaviour table that come out differently because of a peer on the path: what it does instead, and why.
import { allCases } from '../cases/all.ts';
import { row, type Case } from '../cases/case.ts';
import type { AnyPath, Difference } from './path.ts';

/** A row that stands for another one. */
export function instead(of: string, because: string, { run, logs }: Pick<Case, 'run' | 'logs'>): Difference {
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

/** A broken reply without Content-Length, over SCGI or uwsgi on a Unix socket. */
export const endsLikeAny: Difference = instead(
  'an exception after the head breaks the response off',
  'closing is how a reply ends, and a Unix socket knows no reset',
  row(
    '',
    { target: '/raise-after-head' },
    { status: 200, text: 'the beginning', logs: [/raised after the head/] },
  ),
);

/** Rows of the behaviour table as they hold over a path. Throws when a difference is about no row. */
export function casesOver(
  path: Pick<AnyPath, 'name' | 'traits' | 'differences'>,
  cases: readonly Case[],
): Case[] {
  const differences = path.differences ?? [];
  for (const { of } of differences) {
    if (!allCases.some(({ name }) => name === of))
      throw new Error(`${path.name}: there is no row ${JSON.stringify(of)}`);
  }
  return cases.flatMap((usual) => {
    if (usual.appliesTo && !usual.appliesTo(path.traits)) return [];
    const difference = differences.find(({ of }) => of === usual.name);
    if (!difference) return [usual];
    const { of, because, run, logs } = difference;
    return run ? [{ name: `${of}: ${because}`, run, ...(logs && { logs }) }] : [];
  });
}
