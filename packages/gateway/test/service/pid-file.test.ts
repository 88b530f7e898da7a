import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePidFile } from '../../src/service/pid-file.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-pid-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the file with the process id', () => {
  it('is there as long as the process, in place of an older one', () => {
    const path = join(directory, 'sluice.pid');
    writeFileSync(path, '1\n');
    const remove = writePidFile(path);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    expect(readdirSync(directory)).toEqual(['sluice.pid']);
    remove();
    expect(existsSync(path)).toBe(false);
    remove();
  });

  it('stays if it has become that of another process', () => {
    const path = join(directory, 'sluice.pid');
    const remove = writePidFile(path);
    writePidFile(path, 4711);
    remove();
    expect(readFileSync(path, 'utf8')).toBe('4711\n');
  });

  it('that cannot be written is an error', () => {
    expect(() => writePidFile(join(directory, 'missing', 'sluice.pid'))).toThrow(/ENOENT/);
  });
});
