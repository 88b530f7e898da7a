import { describe, expect, it } from '@jest/globals';
import { escapeControls, formatAge, formatSize, formatTable } from '../../src/cli/commands/format.ts';

describe('what people read in a terminal', () => {
  it.each([
    [0, '0ms'],
    [999, '999ms'],
    [1_000, '1.0s'],
    [59_999, '59.9s'],
    [310_000, '5m10s'],
    [7_500_000, '2h05m'],
    [273_600_000, '3d04h'],
  ])('shows an age of %d ms as %s', (age, text) => {
    expect(formatAge(age)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [4_096, '4.0 KiB'],
    [38_797_312, '37 MiB'],
    [2 ** 60, '1048576 TiB'],
  ])('shows a size of %d bytes as %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  it('aligns columns', () => {
    const rows = [['1', 'long text'], ['22']];
    expect(formatTable(['A', 'B'], rows)).toEqual(['A   B', '1   long text', '22']);
  });

  it('passes nothing on to the terminal that it would act on', () => {
    expect(escapeControls('/\u001b[2J\u009b\r\n')).toBe('/\\x1b[2J\\x9b\\x0d\n');
  });
});
