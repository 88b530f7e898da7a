// Files that are read into memory that is used again.
import { describe, expect, it } from '@jest/globals';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Block, BLOCK_BYTES, giveBack } from '../../src/exchange/blocks.ts';
import { readLent } from '../../src/exchange/read-lent.ts';

const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

describe('a file read into lent memory', () => {
  it('comes piece by piece, and ends', async () => {
    await reading(async (read) => {
      const pieces = [await read(0, 65_536), await read(65_536, 65_536), await read(100_000, 65_536)];
      expect(pieces.map(({ length }) => length)).toEqual([65_536, 34_464, 0]);
      expect(Buffer.concat(pieces).equals(CONTENT)).toBe(true);
    });
  });

  it('is in a block that is used again once it has been given back, and not before', async () => {
    await reading(async (read) => {
      const first = await read(0, 65_536);
      const second = await read(0, 65_536);
      expect(Block.of(first)).not.toBe(null);
      expect(second.buffer).not.toBe(first.buffer);
      giveBack(first);
      expect((await read(0, 65_536)).buffer).toBe(first.buffer);
    });
  });

  it('is in no block where it is small, or larger than one', async () => {
    await reading(async (read) => {
      const pieces = [await read(0, 1_000), await read(0, BLOCK_BYTES + 1)];
      expect(pieces.map((piece) => Block.of(piece))).toEqual([null, null]);
      expect(pieces.map(({ length }) => length)).toEqual([1_000, BLOCK_BYTES + 1]);
    });
  });
});

async function reading(
  use: (read: (atBytes: number, size: number) => Promise<Buffer>) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-read-'));
  try {
    const path = join(directory, 'file');
    await writeFile(path, CONTENT);
    const handle = await open(path);
    try {
      await use((atBytes, size) => readLent(handle, atBytes, size));
    } finally {
      await handle.close();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}
