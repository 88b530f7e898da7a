// The examples of the guides on coming from other servers: what `sluice import` prints for them is what the guide shows,
// passes `sluice check`, and serves.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { withBed, type TestBed } from '../harness/bed.ts';
import { SLUICE, spawnSluice } from '../harness/gateway.ts';
import { defaultPython } from '../harness/python.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
const EXAMPLES = `${DOCS}examples/import/`;

interface Example {
  readonly guide: string;
  readonly file: string;
  /** What the application says. */
  readonly answers: Readonly<Record<string, string>>;
}

const examples: readonly Example[] = [
  {
    guide: 'from-uwsgi',
    file: 'uwsgi.ini',
    answers: {
      '/': 'Hello from uwsgi.ini\nmounted at /\n',
      '/static/style.css': readFileSync(`${EXAMPLES}static/style.css`, 'utf8'),
    },
  },
];

function sluice(bed: TestBed, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [SLUICE, ...words], { cwd: bed.site.directory, encoding: 'utf8' });
}

describe.each(examples)('$guide', ({ guide, file, answers }) => {
  it('ends in an example that is true', async () => {
    await withBed((bed) => {
      cpSync(EXAMPLES, bed.site.directory, { recursive: true });
      const { status, stdout, stderr } = sluice(bed, 'import', file);
      const page = readFileSync(`${DOCS}guide/${guide}.md`, 'utf8');
      expect(status).toBe(0);
      expect(page).toContain(`\n${readFileSync(`${EXAMPLES}${file}`, 'utf8')}\`\`\`\n`);
      expect(page).toContain(`\`\`\`toml\n${stdout}\`\`\`\n`);
      expect(page).toContain(`\n${stderr}\`\`\`\n`);
      return Promise.resolve();
    });
  });

  it('whose output passes the check and serves', async () => {
    await withBed(async (bed) => {
      cpSync(EXAMPLES, bed.site.directory, { recursive: true });
      const port = await bed.reservePort();
      const text = readFileSync(`${EXAMPLES}${file}`, 'utf8');
      bed.site.write(file, text.replace(/\b8000\b/, String(port)));
      const toml = bed.site.write('sluice.toml', sluice(bed, 'import', file).stdout);
      const words = ['--config', toml, '--python', defaultPython()];
      const { status, stdout } = sluice(bed, 'check', ...words);
      expect({ status, problems: stdout.match(/^problem.*/gm) }).toEqual({ status: 0, problems: null });
      const gateway = spawnSluice(bed, ['serve', ...words, '--log-format', 'json']);
      await gateway.ready(1);
      for (const [path, answer] of Object.entries(answers)) {
        const response = await fetch(`http://127.0.0.1:${port}${path}`, {
          signal: AbortSignal.timeout(10_000),
        });
        expect([response.status, await response.text()]).toEqual([200, answer]);
      }
    });
  });
});
