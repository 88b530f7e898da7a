import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogFile, type LogFile } from '../../src/observe/log-file.ts';

let directory: string;
let path: string;
let nowMs: number;
let file: LogFile | null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-log-'));
  path = join(directory, 'sluice.log');
  nowMs = 5000;
  file = null;
});

afterEach(() => {
  file?.close();
  rmSync(directory, { recursive: true });
});

function open(): LogFile {
  file = openLogFile(path, () => nowMs);
  return file;
}

describe('a log file', () => {
  it('is appended to', () => {
    writeFileSync(path, 'from before\n');
    open().write('line\n');
    expect(readFileSync(path, 'utf8')).toBe('from before\nline\n');
  });

  it('is not for everybody to read', () => {
    open();
    expect(statSync(path).mode & 0o007).toBe(0);
  });

  it.each([
    ['moved away', () => renameSync(path, `${path}.1`)],
    [
      'replaced',
      () => {
        renameSync(path, `${path}.1`);
        writeFileSync(path, '');
      },
    ],
  ])('is begun anew within a second after it was %s', (_how, rotate) => {
    const log = open();
    log.write('first\n');
    rotate();
    nowMs += 999;
    log.write('second\n');
    nowMs += 1;
    log.write('third\n');
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('first\nsecond\n');
    expect(readFileSync(path, 'utf8')).toBe('third\n');
  });

  it('stays where it is while no new one can be opened', () => {
    const log = open();
    renameSync(path, `${path}.1`);
    mkdirSync(path);
    nowMs += 1000;
    log.write('first\n');
    rmSync(path, { recursive: true });
    nowMs += 1000;
    log.write('second\n');
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('first\n');
    expect(readFileSync(path, 'utf8')).toBe('second\n');
  });

  it('may be full', () => {
    file = openLogFile('/dev/full', () => nowMs);
    expect(() => file?.write('line\n')).not.toThrow();
  });

  it('has to be where a file can be', () => {
    path = join(directory, 'missing', 'sluice.log');
    expect(open).toThrow('ENOENT');
  });
});
