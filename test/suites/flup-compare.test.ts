// Scripts for flup, under flup and under what stands in for it: every difference is a repair that the guide lists.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repairs, type Repair } from '../cases/flup/repairs.ts';
import { rows, type Row, type ServerName, type Spoken } from '../cases/flup/rows.ts';
import { bedOfSuite, withBed, type TestBed } from '../harness/bed.ts';
import { deviations, type Answer } from '../harness/flup/answer.ts';
import { answerOfCgi, ask, cgiVariables } from '../harness/flup/ask.ts';
import { runCgi, startScript, type Way } from '../harness/flup/script.ts';
import { describeWith } from '../harness/require.ts';
import { flupParts } from '../harness/servers/flup.ts';

const SPEAKS: Readonly<Record<ServerName, Spoken>> = {
  fcgi: 'fastcgi',
  fcgi_fork: 'fastcgi',
  fcgi_single: 'fastcgi',
  ajp: 'ajp',
  ajp_fork: 'ajp',
  scgi: 'scgi',
  scgi_fork: 'scgi',
  cgi: 'cgi',
};
const servers = Object.keys(SPEAKS) as ServerName[];

type Ask = (row: Row) => Promise<Answer>;

async function start(bed: TestBed, way: Way, server: ServerName): Promise<Ask> {
  const spoken = SPEAKS[server];
  if (spoken === 'cgi') {
    return async (row) => {
      const input = Buffer.from(row.body ?? '', 'latin1');
      const output = await runCgi({ way, server, arguments: {} }, input, cgiVariables(row));
      return answerOfCgi(output, row);
    };
  }
  const port = await bed.reservePort();
  const options = { bindAddress: ['127.0.0.1', port] };
  await startScript(bed, { way, server, arguments: options }, port);
  return (row) => ask(spoken, port, row);
}

/** What rows have been asked, and what repairs they have shown: server and row, and the repair. */
const asked = new Set<string>();
const shown = new Map<Repair, Set<string>>(repairs.map((repair) => [repair, new Set()]));

function repairOf(server: ServerName, row: Row, field: string): Repair | undefined {
  return repairs.find(
    (repair) =>
      (repair.servers ?? servers).includes(server) &&
      (repair.rows ?? [row.name]).includes(row.name) &&
      repair.fields.test(field),
  );
}

describeWith(flupParts, 'a script for flup', () => {
  describe.each(servers)('served by %s', (server) => {
    const bed = bedOfSuite();
    let flup: Ask;
    let sluice: Ask;
    beforeAll(async () => {
      // flup's own CGI answers nothing, see below.
      const model = server === 'cgi' ? 'fcgi' : server;
      [flup, sluice] = await Promise.all([start(bed, 'flup', model), start(bed, 'sluice.flup', server)]);
    }, 60_000);

    const applying = rows.filter(({ over }) => (over ?? [SPEAKS[server]]).includes(SPEAKS[server]));
    it.each(applying.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
      asked.add(`${server}, ${row.name}`);
      const found = deviations(await flup(row), await sluice(row));
      const unexplained = found.filter(({ field, sluice: now }) => {
        const repair = repairOf(server, row, field);
        if (repair) shown.get(repair)?.add(`${server}, ${row.name}`);
        return !repair || (repair.now?.[field] ?? now) !== now;
      });
      expect(unexplained).toEqual([]);
    });
  });

  it('gets no answer through as CGI, under flup on Python 3', async () => {
    await withBed(async (bed) => {
      const ask = await start(bed, 'flup', 'cgi');
      expect(await ask({ name: '', target: '/hello' })).toMatchObject({ body: '' });
    });
  });

  afterAll(() => {
    // Each row that is listed has to show its repair, with each server; where none is, any row.
    const gone = repairs.flatMap((repair) => {
      const places = [...(shown.get(repair) ?? [])];
      const isAsked = (place: string): boolean => [...asked].some((each) => each.startsWith(place));
      return (repair.servers ?? servers)
        .flatMap((server) => (repair.rows ?? ['']).map((row) => `${server}, ${row}`))
        .filter((place) => isAsked(place) && !places.some((each) => each.startsWith(place)))
        .map((place) => `${place}: ${repair.flup}`);
    });
    expect(gone).toEqual([]);
  });
});
