// What `sluice import` prints and says for whole files, held against what people have read. `UPDATE_GOLDEN=1 pnpm test --
// import/golden` writes them anew; look at the difference before it is committed.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { importText } from './support.ts';

const files = fileURLToPath(new URL('files/', import.meta.url));
const golden = fileURLToPath(new URL('golden/', import.meta.url));

describe('sluice import', () => {
  it.each(readdirSync(files))('prints what it always has for %s', async (name) => {
    const { toml, said, directory } = await importText(name, readFileSync(join(files, name), 'utf8'));
    const text = [toml, '# Said:', ...said.map((line) => `# ${line}`), ''].join('\n');
    const path = join(golden, `${name}.toml`);
    const printed = text.replaceAll(directory, '/srv/site');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, printed);
    expect(printed).toBe(readFileSync(path, 'utf8'));
  });

  it('has no golden file without its input', () => {
    expect(readdirSync(golden).toSorted()).toEqual(
      readdirSync(files)
        .map((name) => `${name}.toml`)
        .toSorted(),
    );
  });
});
