import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchCode, type CodeWatch } from '../../src/service/watch-code.ts';

let directory = '';
let watch: CodeWatch;
let changes: string[] = [];
let noticed: () => void = () => {};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-watch-'));
  for (const name of ['package', 'venv', '__pycache__', '.git']) mkdirSync(join(directory, name));
  writeFileSync(join(directory, 'venv', 'pyvenv.cfg'), '');
  writeFileSync(join(directory, 'app.py'), '');
  changes = [];
  watch = watchCode(
    directory,
    (path) => {
      changes.push(path);
      noticed();
    },
    (error) => changes.push(String(error)),
  );
  await watch.ready;
});
afterEach(async () => {
  await watch.close();
  rmSync(directory, { recursive: true });
});

/** Writes files, and waits until a change is told. */
async function write(...names: string[]): Promise<void> {
  const change = new Promise<void>((resolve) => (noticed = resolve));
  for (const name of names) writeFileSync(join(directory, name), 'changed');
  await change;
}

describe('watching code', () => {
  it('tells of a Python file that has changed, and of one that is new', async () => {
    await write('app.py');
    await write('package/new.py');
    expect(changes).toEqual([join(directory, 'app.py'), join(directory, 'package/new.py')]);
  });

  it('tells once of files that change together, and of nothing that is no code', async () => {
    await write('__pycache__/app.py', '.git/hook.py', 'venv/site.py', 'data.json', 'app.py', 'package/a.py');
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatch(/\/(?:app|package\/a)\.py$/);
  });

  it('leaves out directories that are hidden, virtual environments, and files that are no code', async () => {
    for (const name of ['__pycache__/app.py', '.git/hook.py', 'venv/site.py', 'data.json']) {
      writeFileSync(join(directory, name), 'changed');
    }
    await write('app.py');
    expect(changes).toEqual([join(directory, 'app.py')]);
  });
});
