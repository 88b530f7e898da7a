import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { run, type GoldenCase } from './helpers/golden.ts';
import { bytesOf, cuts } from './helpers/replay.ts';

const cases = JSON.parse(
  readFileSync(new URL('./vectors/fastcgi.json', import.meta.url), 'utf8'),
) as GoldenCase[];

/** A record that is answered whatever the state of the requests is. */
const EMPTY_GET_VALUES = '01 09 00 00 00 00 00 00';
const EMPTY_GET_VALUES_RESULT = '010a000000000000';

describe('golden cases', () => {
  it('have unique names', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  it.each(cases.map((golden) => [golden.id, golden.note.slice(0, 80), golden] as const))(
    '%s: %s',
    (_id, _note, golden) => {
      const { log, sent, transport } = golden;
      for (const { name, pieces } of cuts(bytesOf(golden.bytes))) {
        expect({ name, ...run(golden, pieces) }).toEqual({ name, log, sent, transport });
      }
    },
  );

  const answerable = cases.filter(
    ({ to, transport, eof }) => to === 'application' && transport === 'open' && eof !== true,
  );
  it.each(answerable.map((golden) => [golden.id, golden] as const))(
    '%s leaves the next record where it belongs',
    (_id, golden) => {
      const outcome = run(golden, [bytesOf(golden.bytes)], EMPTY_GET_VALUES);
      expect(outcome).toEqual({
        log: golden.log,
        sent: golden.sent + EMPTY_GET_VALUES_RESULT,
        transport: 'open',
      });
    },
  );
});
