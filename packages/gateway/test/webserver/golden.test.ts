// What `sluice config` prints, held against files that people have read. `UPDATE_GOLDEN=1 pnpm test -- webserver/golden`
// writes them anew; look at the difference before it is committed.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { directoryWith, World } from '../cli/support.ts';
import { goldenCases } from './golden-cases.ts';

const directory = fileURLToPath(new URL('golden/', import.meta.url));
const isUpdating = process.env['UPDATE_GOLDEN'] === '1';

describe('sluice config', () => {
  it.each(goldenCases)('prints $name', async ({ name, toml, words }) => {
    const site = directoryWith({ 'sluice.toml': toml });
    const { code, stdout, stderr } = await new World({ directory: site }).run('config', ...words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const text = stdout.replaceAll(site, '/etc/mysite');
    if (isUpdating) {
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    expect(text).toBe(readFileSync(join(directory, name), 'utf8'));
  });

  afterAll(() => {
    expect(readdirSync(directory).toSorted()).toEqual(goldenCases.map(({ name }) => name).toSorted());
  });
});
