// The guide on coming from flup: its tables are those that the code and the tests go by, and its example is run word for
// word, under flup too. UPDATE_GOLDEN=1 writes the tables; format the page then.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { repairs } from '../cases/flup/repairs.ts';
import { withBed, type TestBed } from '../harness/bed.ts';
import { until } from '../harness/deadline.ts';
import { scriptInLoop } from '../harness/flup/loop.ts';
import { startCommand, type Script } from '../harness/flup/script.ts';
import { exchange, text, type HttpResponse } from '../harness/http.ts';
import { defaultPython } from '../harness/python.ts';
import { describeWith, programPart } from '../harness/require.ts';
import { flupParts, PEERS_PYTHON } from '../harness/servers/flup.ts';
import { shippedWithNginx, startNginx } from '../harness/servers/nginx.ts';

const PAGE = new URL('../../docs/guide/from-flup.md', import.meta.url);
const SOURCE = fileURLToPath(new URL('../../python/src', import.meta.url));
const GUIDE = readFileSync(PAGE, 'utf8');
const EXAMPLE = GUIDE.slice(GUIDE.indexOf('\n## An example\n'));

type Cells = readonly (readonly string[])[];

const GROUPS: readonly (readonly [name: string, servers: readonly string[]])[] = [
  ['all', ['fcgi', 'fcgi_fork', 'fcgi_single', 'ajp', 'ajp_fork', 'scgi', 'scgi_fork', 'cgi']],
  ['all but `cgi`', ['fcgi', 'fcgi_fork', 'fcgi_single', 'ajp', 'ajp_fork', 'scgi', 'scgi_fork']],
  ['threads', ['fcgi', 'ajp', 'scgi']],
  ['fork', ['fcgi_fork', 'ajp_fork', 'scgi_fork']],
  ['threads, fork', ['fcgi', 'ajp', 'scgi', 'fcgi_fork', 'ajp_fork', 'scgi_fork']],
];
const PROTOCOLS: readonly (readonly [name: string, servers: readonly string[]])[] = [
  ['FastCGI', ['fcgi', 'fcgi_fork', 'fcgi_single']],
  ['AJP', ['ajp', 'ajp_fork']],
  ['SCGI', ['scgi', 'scgi_fork']],
  ['CGI', ['cgi']],
];

/** Names for a set of servers; those of protocols, unless it is one that has a name. */
function named(servers: readonly string[]): string {
  const key = (names: readonly string[]): string => [...names].sort().join();
  const group = GROUPS.find(([, members]) => key(members) === key(servers));
  if (group) return group[0];
  const protocols = PROTOCOLS.filter(([, members]) => members.every((each) => servers.includes(each)));
  if (key(protocols.flatMap(([, members]) => members)) !== key(servers))
    throw new Error(`no name: ${servers.join()}`);
  return protocols.map(([name]) => name).join(', ');
}

function repairRows(): Cells {
  const everywhere = GROUPS[0]?.[1] ?? [];
  const rows = repairs.map(({ flup, sluice, servers = everywhere }) => [named(servers), flup, sluice]);
  return [['servers', 'flup', 'here'], ...rows];
}

/** The table that the constructors follow, as the Python package has it. */
function argumentRows(): Cells {
  const program = 'import json; from sluice.flup._arguments import ARGUMENTS; print(json.dumps(ARGUMENTS))';
  const env = { ...process.env, PYTHONPATH: SOURCE };
  const output = execFileSync(defaultPython(), ['-c', program], { env, encoding: 'utf8' });
  const found = JSON.parse(output) as [name: string, servers: string[], fate: string, note: string][];
  const rows = found.map(([name, servers, fate, note]) => [`\`${name}\``, named(servers), fate, note]);
  return [['argument', 'servers', '', 'what to know'], ...rows];
}

function between(marker: string): RegExp {
  return new RegExp(`(?<=<!-- ${marker} -->\n)[^]*?(?=<!-- end -->)`);
}

function cellsOf(markdown: string): Cells {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|') && !/^\|[\s|:-]+\|$/.test(line));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function tableOf(cells: Cells): string {
  const [head = [], ...rows] = cells.map((row) => `| ${row.join(' | ')} |`);
  return ['', head, `|${' - |'.repeat(cells[0]?.length ?? 0)}`, ...rows, '', ''].join('\n');
}

const tables = [
  ['repairs', repairRows],
  ['arguments', argumentRows],
] as const;

describe('the guide from flup', () => {
  if (process.env['UPDATE_GOLDEN']) {
    const page = tables.reduce(
      (written, [marker, rows]) => written.replace(between(marker), () => tableOf(rows())),
      GUIDE,
    );
    writeFileSync(PAGE, page);
  }

  it.each(tables)('has the table of %s', (marker, rows) => {
    expect(cellsOf(between(marker).exec(GUIDE)?.[0] ?? '')).toEqual(rows());
  });
});

/** The only block of the example in this language. */
function block(language: string): string {
  const found = [...EXAMPLE.matchAll(new RegExp(`\n\`\`\`${language}\n([^]*?)\`\`\`\n`, 'g'))];
  expect(found).toHaveLength(1);
  return found[0]?.[1] ?? '';
}

async function serveExample(
  bed: TestBed,
  way: 'flup' | 'sluice.flup',
): Promise<{ loop: Script; port: number }> {
  const here = (content: string): string => content.replaceAll('/srv/mysite', bed.site.directory);
  bed.site.write('script.py', here(block('python')).replace('from sluice.flup.', `from ${way}.`));
  const start = bed.site.write('start.sh', here(block('sh')).replace('python3', PEERS_PYTHON));
  const env = { PATH: process.env['PATH'], ...(way === 'flup' ? {} : { PYTHONPATH: SOURCE }) };
  const socket = bed.site.path('flup.sock');
  const script = { way, server: 'fcgi', arguments: {} };
  const loop = await startCommand(bed, script, { command: 'sh', args: [start], env }, socket);
  const port = await bed.reservePort();
  const site = here(block('nginx')).replace(
    'include fastcgi_params',
    `include ${shippedWithNginx('fastcgi_params')}`,
  );
  // flup lets go of its socket before it starts again.
  const expectedLog = way === 'flup' ? [/Connection refused/] : [];
  await startNginx(bed, { port, http: `server { listen 127.0.0.1:${port}; ${site} }`, expectedLog });
  return { loop, port };
}

describeWith([programPart('nginx'), ...flupParts], 'the example of the guide from flup', () => {
  it.each(['flup', 'sluice.flup'] as const)('is true on %s, and starts again after SIGHUP', async (way) => {
    await withBed(async (bed) => {
      const { loop, port } = await serveExample(bed, way);
      const ask = (): Promise<HttpResponse> => exchange({ port }, { target: '/world' });
      expect(text(await ask())).toBe('Hello, /world\n');
      expect(EXAMPLE).toContain('curl http://localhost/world\nHello, /world\n');
      const first = await scriptInLoop(loop);
      process.kill(first, 'SIGHUP');
      const second = await scriptInLoop(loop, first);
      await until('an answer', async () => ((await ask()).status === 200 ? true : undefined));
      process.kill(second, 'SIGTERM');
      expect(await loop.process.exited).toEqual({ code: 0, signal: null });
    });
  });
});
