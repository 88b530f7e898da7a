// The guide on coming from ajp-wsgi: its example is run word for word, and its table has every option of the command.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { withBed } from '../harness/bed.ts';
import { adoptDaemon } from '../harness/daemon.ts';
import { exchange, text } from '../harness/http.ts';
import { defaultPython } from '../harness/python.ts';
import { buildWheel, environmentWith, installWheel, packagingPart } from '../harness/python-package.ts';
import { describeWith } from '../harness/require.ts';
import { apacheParts, startApache } from '../harness/servers/apache.ts';

const GUIDE = readFileSync(new URL('../../docs/guide/from-ajp-wsgi.md', import.meta.url), 'utf8');
const EXAMPLE = GUIDE.slice(GUIDE.indexOf('\n## An example\n'));

/** The lines of the only block of the example in this language. */
function block(language: string): readonly string[] {
  const found = [...EXAMPLE.matchAll(new RegExp(`\n\`\`\`${language}\n([^]*?)\`\`\`\n`, 'g'))];
  const [[, content = ''] = []] = found;
  expect(found).toHaveLength(1);
  return content.trimEnd().split('\n');
}

/** The options in a text, each in all its spellings. */
function optionsIn(line: string): string[] {
  return [...line.matchAll(/(?<![\w-])--?[A-Za-z][\w-]*/g)].map(([option]) => option);
}

describeWith([packagingPart, ...apacheParts('proxy_ajp')], 'the guide from ajp-wsgi', () => {
  it('has an example that is true, and every option', async () => {
    await withBed(async (bed) => {
      const site = bed.site.directory;
      const virtual = installWheel(bed, buildWheel(bed), defaultPython(), 'venv');
      const [port, container] = [await bed.reservePort(), await bed.reservePort()];
      const here = (line: string): string =>
        line.replaceAll('/srv/mysite', site).replaceAll('8009', String(container));

      bed.site.makeDirectory('library');
      expect(block('python')[0]).toBe('# /srv/mysite/library/run_ajp.py');
      bed.site.write('library/run_ajp.py', block('python').map(here).join('\n'));
      // The port is the default one, which is not ours to take here.
      expect(block('sh').at(-1)).toMatch(/^ajp-wsgi .* -B /);
      const script = bed.site.write('start.sh', `${block('sh').map(here).join('\n')} -p ${container}\n`);
      const env = environmentWith(bed, virtual);
      const started = spawnSync('sh', [script], { cwd: site, env, encoding: 'utf8', timeout: 60_000 });
      expect(started).toMatchObject({ status: 0, stdout: '', stderr: '' });
      const daemon = adoptDaemon(bed, join(site, 'ajp.pid'), join(site, 'ajp.log'));

      const [enable = '', ...lines] = block('apache').map(here);
      const modules = enable.replace('# a2enmod ', '').split(' ');
      await withBed(async (front) => {
        await startApache(front, { port, modules, lines });
        const response = await exchange({ port }, { target: '/world' });
        expect(EXAMPLE).toContain(`curl http://localhost/world\n${text(response)}`);
        expect(text(response)).toBe('Hello, /world\n');
      });
      await daemon.stop();

      const help = spawnSync(join(virtual, 'bin', 'ajp-wsgi'), ['--help'], {
        env: { ...env, COLUMNS: '200' },
        encoding: 'utf8',
      }).stdout;
      const rows = GUIDE.split('\n').filter((line) => /^\| `.*\| (?:attested|ours) /.test(line));
      const inTable = rows.flatMap((row) => optionsIn(row.split('|')[1] ?? ''));
      const inHelp = help.split('\n').filter((line) => /^ +-/.test(line));
      expect(inTable.toSorted()).toEqual(
        inHelp.flatMap((line) => optionsIn(line.trim().split(/ {2,}/)[0] ?? '')).toSorted(),
      );
    });
  }, 120_000);
});
