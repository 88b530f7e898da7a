// Files as bodies: which bytes go out, at whose pace, and what happens when the file is not what it was.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { FileRange } from '../../src/exchange/delivery.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { Replies, type ReplyRules } from '../../src/reply/replies.ts';
import { Spool } from '../../src/spool/spool.ts';
import { makeExchange, type TestExchange } from '../helpers/exchanges.ts';
import { until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';
import { openFilesBelow } from './open-files.ts';
import { NOTHING, OK } from './slow-client.ts';

const RULES: ReplyRules = {
  memoryBytes: 0,
  totalMemoryBytes: 0,
  maxBytes: 0,
  areFilesOffloaded: true,
  sendfile: 'pass',
  sendfileDirectories: {},
};
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));

const temporary = new Temporary();
let directory = '';
let path = '';
beforeEach(() => {
  directory = temporary.directory();
  path = `${directory}/film`;
  writeFileSync(path, CONTENT);
});
afterEach(async () => {
  await until('every file is closed', () => openFilesBelow(directory).length === 0);
  temporary.remove();
});

function rangeOf(of: string, part: Partial<FileRange> = {}): FileRange {
  const { dev, ino } = statSync(of, { bigint: true });
  return {
    path: Buffer.from(of),
    device: dev,
    inode: ino,
    offsetBytes: 0,
    sizeBytes: CONTENT.length,
    ...part,
  };
}

/** A reply whose body is in a file, to a client that takes everything unless it is told otherwise. */
function answered(
  range: FileRange,
  rules: Partial<ReplyRules> = {},
  isWritable: boolean = true,
): TestExchange {
  const made = makeExchange();
  const reporter = { spillFailed: () => {}, fileNameStripped: () => {} };
  made.exchange.delivery = new Replies({ ...RULES, ...rules }, new Spool(null), reporter);
  made.reply.isWritable = isWritable;
  made.exchange.respondFile(OK, range);
  return made;
}

async function outcomeOf({ done }: { readonly done: Promise<Exchange> }): Promise<string> {
  const { outcome, status, error } = await done;
  return `${outcome} ${status} ${error?.message ?? ''}`;
}

describe('a reply from a file', () => {
  it('has the bytes of the file', async () => {
    const made = answered(rangeOf(path));
    expect(await outcomeOf(made)).toBe('complete 200 ');
    expect(Buffer.concat(made.reply.chunks).equals(CONTENT)).toBe(true);
    expect(made.exchange.sentBytes).toBe(CONTENT.length);
  });

  it.each([
    ['the middle', 1_000, 200_000],
    ['the last byte', CONTENT.length - 1, 1],
    ['nothing', 17, 0],
    ['a whole number of reads', 0, 262_144],
  ])('may have a part of them: %s', async (_name, offsetBytes, sizeBytes) => {
    const made = answered(rangeOf(path, { offsetBytes, sizeBytes }));
    await made.done;
    const sent = Buffer.concat(made.reply.chunks);
    expect(sent.equals(CONTENT.subarray(offsetBytes, offsetBytes + sizeBytes))).toBe(true);
    expect([made.reply.sentHead, made.reply.ending]).toEqual([OK, 'complete']);
  });

  it('waits for its client: nothing is read ahead of it', async () => {
    const made = answered(rangeOf(path), {}, false);
    await until('the first piece is out', () => made.reply.chunks.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(made.reply.chunks).toHaveLength(1);
    made.exchange.drained();
    await until('the second piece is out', () => made.reply.chunks.length === 2);
    made.reply.isWritable = true;
    made.exchange.drained();
    expect(await outcomeOf(made)).toBe('complete 200 ');
    expect(Buffer.concat(made.reply.chunks).equals(CONTENT)).toBe(true);
  });

  it('is not held in a buffer: it is on the disk already', async () => {
    const made = answered(rangeOf(path), { memoryBytes: 1_000_000, totalMemoryBytes: 1_000_000 }, false);
    await until('the first piece is out', () => made.reply.chunks.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(made.reply.chunks).toHaveLength(1);
    made.exchange.cancel();
  });

  it('is let go of when the client goes, whether it is opened, read, or waited for', async () => {
    const early = answered(rangeOf(path));
    early.exchange.cancel();
    const late = answered(rangeOf(path), {}, false);
    await until('the first piece is out', () => late.reply.chunks.length === 1);
    late.exchange.cancel();
    expect([early.reply.calls, late.reply.ending]).toEqual([[], null]);
  });
});

describe('a file that is not what it was', () => {
  it.each<readonly [name: string, change: (range: FileRange) => FileRange, words: string]>([
    ['it is gone', () => { renameSync(path, `${path}.old`); return rangeOf(`${path}.old`, { path: Buffer.from(path) }); }, 'ENOENT'], // prettier-ignore
    ['another one has its name', (range) => { writeFileSync(`${path}.new`, CONTENT); renameSync(`${path}.new`, path); return range; }, 'is not the file it was'], // prettier-ignore
    ['its device differs', (range) => ({ ...range, device: range.device + 1n }), 'is not the file it was'],
    ['it is shorter', (range) => { truncateSync(path, 10); return range; }, 'has 10 bytes, 300000 are wanted'], // prettier-ignore
    ['it is a link to the file', (range) => { symlinkSync(path, `${path}.link`); return { ...range, path: Buffer.from(`${path}.link`) }; }, 'ELOOP'], // prettier-ignore
    ['it is a directory', () => { mkdirSync(`${path}.d`); return rangeOf(`${path}.d`, { sizeBytes: 0 }); }, 'is not a regular file'], // prettier-ignore
    ['it is a FIFO, and nobody writes', () => { execFileSync('mkfifo', [`${path}.fifo`]); return rangeOf(`${path}.fifo`, { sizeBytes: 0 }); }, 'is not a regular file'], // prettier-ignore
  ])('is answered with 502 if %s', async (_name, change, words) => {
    const made = answered(change(rangeOf(path)));
    const outcome = await outcomeOf(made);
    expect(outcome).toMatch(/^SLUICE_REPLY_FILE 502 /);
    expect(outcome).toContain(words);
    expect(made.reply.ending).toBe('complete');
  });

  it('aborts the reply if it becomes shorter while it is sent', async () => {
    const made = answered(rangeOf(path), {}, false);
    await until('the first piece is out', () => made.reply.chunks.length === 1);
    truncateSync(path, 140_000);
    made.reply.isWritable = true;
    made.exchange.drained();
    expect(await outcomeOf(made)).toMatch(/^SLUICE_REPLY_FILE 200 .*shorter/);
    expect(made.reply.ending).toBe('aborted');
  });

  it('is sent as far as was said if it has grown', async () => {
    const range = rangeOf(path);
    appendFileSync(path, 'more');
    const made = answered(range);
    await made.done;
    expect(Buffer.concat(made.reply.chunks).equals(CONTENT)).toBe(true);
  });
});

describe('a gateway that was told not to', () => {
  it('sends no file that a worker names', async () => {
    const made = answered(rangeOf(path), { areFilesOffloaded: false });
    expect(await outcomeOf(made)).toMatch(/^SLUICE_WORKER_PROTOCOL 502 /);
    made.exchange.write(NOTHING, true);
  });
});
