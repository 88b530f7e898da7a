// Memory that is used again: never while somebody may still read what is in it.
import { describe, expect, it } from '@jest/globals';
import { BlockFiller } from '../../src/exchange/block-filler.ts';
import { Block, BLOCK_BYTES, copyToKeep, giveBack, keep, LENT_BYTES_MIN } from '../../src/exchange/blocks.ts';
import { Loans } from '../../src/exchange/loans.ts';
import { Pieces } from '../../src/exchange/pieces.ts';

/** Whether the next block that somebody takes is this one. */
function isFree(block: Block): boolean {
  const next = Block.take();
  const isSame = next === block;
  next.letGo();
  return isSame;
}

describe('a block', () => {
  it('is used again when its taker has let go and every part of what was lent has come back', () => {
    const block = Block.take();
    const bytes = block.lend(block.bytes.subarray(0, 50_000));
    giveBack(bytes.subarray(0, 20_000));
    block.letGo();
    expect([block.isLent, isFree(block)]).toEqual([true, false]);
    giveBack(bytes.subarray(20_000));
    expect([block.isLent, isFree(block)]).toEqual([false, true]);
  });

  it('is not used again while its taker may write into it', () => {
    const block = Block.take();
    giveBack(block.lend(block.bytes.subarray(0, 50_000)));
    expect(isFree(block)).toBe(false);
    block.letGo();
    expect(isFree(block)).toBe(true);
  });

  it('is never used again when more has come back than was lent', () => {
    const block = Block.take();
    const bytes = block.lend(block.bytes.subarray(0, 50_000));
    giveBack(bytes);
    giveBack(bytes);
    block.letGo();
    expect(isFree(block)).toBe(false);
  });

  it('is free once, whoever gives nothing of it back or lets it go again', () => {
    const block = Block.take();
    const bytes = block.lend(block.bytes.subarray(0, 50_000));
    block.letGo();
    giveBack(bytes);
    giveBack(bytes.subarray(0, 0));
    block.letGo();
    const taken = [Block.take(), Block.take()];
    expect(taken.map((each) => each === block)).toEqual([true, false]);
    for (const each of taken) each.letGo();
  });

  it('takes no notice of bytes that are in none', () => {
    expect(() => giveBack(Buffer.from('abc'))).not.toThrow();
  });
});

describe('what is kept of a read', () => {
  it('is lent if it is large, copied if it is small, and left alone if it is in no block', () => {
    const block = Block.take();
    const large = block.bytes.subarray(0, LENT_BYTES_MIN);
    const small = block.bytes.subarray(0, LENT_BYTES_MIN - 1);
    expect(keep(large, block)).toBe(large);
    expect(Block.of(keep(small, block))).toBeNull();
    expect(keep(small, null)).toBe(small);
    giveBack(large);
    block.letGo();
  });

  it('is not lent by a block that it is not in', () => {
    const block = Block.take();
    const joined = Buffer.alloc(LENT_BYTES_MIN);
    expect(keep(joined, block)).toBe(joined);
    expect(block.isLent).toBe(false);
    block.letGo();
  });
});

describe('a copy to keep', () => {
  it('is lent of a block that is used again, where it is neither small nor larger than one', () => {
    const sizes = [0, BLOCK_BYTES / 4 - 1, BLOCK_BYTES / 4, BLOCK_BYTES, BLOCK_BYTES + 1];
    const copies = sizes.map((size) => copyToKeep(Buffer.alloc(size, 'x')));
    expect(copies.map((copy) => copy.equals(Buffer.alloc(copy.length, 'x')))).toEqual(sizes.map(() => true));
    expect(copies.map(({ length }) => length)).toEqual(sizes);
    expect(copies.map((copy) => Block.of(copy) !== null)).toEqual([false, false, true, true, false]);
    const last = copies[3] ?? Buffer.alloc(0);
    const block = Block.of(last);
    giveBack(last);
    expect(Block.take()).toBe(block);
    block?.letGo();
  });
});

describe('a filler', () => {
  it('copies everything, in order, and lends what it copies into blocks', () => {
    const sizes = [30_000, 1, 40_000, 100_000, 5];
    const filler = new BlockFiller();
    const pieces: Buffer[] = [];
    const received = Buffer.alloc(100_000);
    sizes.forEach((size, index) => {
      received.fill(`${index}`);
      filler.copy(received.subarray(0, size), (piece) => pieces.push(piece));
    });
    filler.end();
    const sent = Buffer.concat(sizes.map((size, index) => Buffer.alloc(size, `${index}`)));
    expect(Buffer.concat(pieces).equals(sent)).toBe(true);
    expect(pieces.slice(0, 3).map((piece) => Block.of(piece) !== null)).toEqual([true, true, true]);
  });

  it('goes on in blocks once a body has filled one, however small its pieces are', () => {
    const filler = new BlockFiller();
    const areLent: boolean[] = [];
    const copy = (size: number): void =>
      filler.copy(Buffer.alloc(size), (piece) => {
        areLent.push(Block.of(piece) !== null);
        giveBack(piece);
      });
    [BLOCK_BYTES, 100, 100].forEach(copy);
    filler.end();
    expect(areLent).toEqual([true, true, true]);
  });

  it('takes no block for a body that comes in small pieces', () => {
    const filler = new BlockFiller();
    filler.copy(Buffer.alloc(BLOCK_BYTES / 4 - 1), (piece) => expect(Block.of(piece)).toBeNull());
  });
});

describe('what a socket has to send', () => {
  it('is given back when the socket has sent all of it', () => {
    const [block, loans] = [Block.take(), new Loans()];
    loans.add(block.lend(block.bytes));
    loans.settle({ writableLength: 1 });
    expect(block.isLent).toBe(true);
    loans.settle({ writableLength: 0 });
    expect(block.isLent).toBe(false);
  });

  it('is not given back by a socket that has been destroyed', () => {
    const [block, loans] = [Block.take(), new Loans()];
    loans.add(block.lend(block.bytes));
    loans.settle({ writableLength: 0, destroyed: true });
    expect(block.isLent).toBe(true);
  });
});

describe('pieces that are copied together', () => {
  it('give back what they were lent', () => {
    const [block, pieces] = [Block.take(), new Pieces()];
    for (const from of [0, 100]) pieces.push(block.lend(block.bytes.subarray(from, from + 100)));
    giveBack(pieces.take()[0] ?? Buffer.alloc(0));
    expect(block.isLent).toBe(false);
    block.letGo();
  });
});
