// Request bodies in memory and in files, and what happens when they cannot be stored.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { BodyBytes, BodyStream, NO_BODY } from '../../src/exchange/body.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { Head } from '../../src/exchange/head.ts';
import { collectBody } from '../../src/spool/collect.ts';
import { Spool } from '../../src/spool/spool.ts';
import { RecordingSource } from '../helpers/body-readers.ts';
import { makeExchange } from '../helpers/exchanges.ts';
import { until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';

const LIMITS = { memoryBytes: 100, totalMemoryBytes: 250, maxBytes: 10_000_000 };

const temporary = new Temporary();
let parent = '';
let spool: Spool;
beforeEach(() => {
  parent = temporary.directory();
  spool = new Spool(parent);
});
const exchanges: Exchange[] = [];
afterEach(() => {
  for (const exchange of exchanges.splice(0)) exchange.cancel();
  spool.close();
  expect([readdirSync(parent), spool.heldBytes]).toEqual([[], 0]);
  temporary.remove();
});

interface Collecting {
  readonly exchange: Exchange;
  readonly body: BodyStream;
  readonly source: RecordingSource;
  /** How often the body was reported complete. */
  readonly completed: () => number;
}

function collecting(variables: Readonly<Record<string, string>> = {}): Collecting {
  const source = new RecordingSource();
  const body = new BodyStream(source, null);
  const { exchange } = makeExchange({ body, variables });
  exchanges.push(exchange);
  let count = 0;
  collectBody(exchange, body, LIMITS, spool, () => count++);
  return { exchange, body, source, completed: () => count };
}

/** All files in the spool. */
function files(): string[] {
  return readdirSync(parent).flatMap((name) => readdirSync(`${parent}/${name}`));
}

function pathOf({ body }: Exchange): string {
  if (body.kind !== 'file') throw new Error(`the body is ${body.kind}`);
  return body.path;
}

function answer(exchange: Exchange): void {
  exchange.respond(Head.build(204, 'No Content', []), Buffer.alloc(0), true);
}

describe('a small body', () => {
  it('stays in memory, and touches no disk', () => {
    const { exchange, body, completed } = collecting();
    body.push(Buffer.alloc(50, 'a'));
    body.push(Buffer.alloc(50, 'b'));
    body.finish();
    expect(completed()).toBe(1);
    expect(exchange.body).toEqual(new BodyBytes([Buffer.alloc(50, 'a'), Buffer.alloc(50, 'b')]));
    expect(readdirSync(parent)).toEqual([]);
  });

  it('goes to a file where all bodies together have the memory, until one of them is over', async () => {
    const three = [collecting(), collecting(), collecting()];
    for (const { body } of three) body.push(Buffer.alloc(90));
    for (const { body } of three.slice(0, 2)) body.finish();
    expect(three.map(({ exchange }) => exchange.body.kind)).toEqual(['bytes', 'bytes', 'stream']);
    await until('the third is in a file', () => files().length === 1);
    expect(spool.heldBytes).toBe(180);
    three[0]?.exchange.cancel();
    expect(spool.heldBytes).toBe(90);
    const next = collecting();
    next.body.push(Buffer.alloc(90));
    next.body.finish();
    expect([next.exchange.body.kind, spool.heldBytes]).toEqual(['bytes', 180]);
    for (const { exchange } of [...three, next]) exchange.cancel();
  });

  it('of one piece is not copied', () => {
    const { exchange, body } = collecting();
    const bytes = Buffer.from('a=1');
    body.push(bytes);
    body.finish();
    expect(exchange.body.kind === 'bytes' && exchange.body.bytes).toBe(bytes);
  });

  it('gets the length it turned out to have', () => {
    const { exchange, body } = collecting({ HTTP_TRANSFER_ENCODING: 'chunked' });
    body.push(Buffer.from('abc'));
    body.finish();
    const { variables } = exchange;
    expect([variables.get('CONTENT_LENGTH'), variables.get('HTTP_TRANSFER_ENCODING')]).toEqual([
      '3',
      undefined,
    ]);
  });

  it('may be empty', () => {
    const { exchange, body, completed } = collecting();
    body.finish();
    expect([completed(), exchange.body, exchange.variables.get('CONTENT_LENGTH')]).toEqual([1, NO_BODY, '0']);
  });
});

describe('a large body', () => {
  it('is in a file that only its owner can read, and is removed after the exchange', async () => {
    const { exchange, body, completed } = collecting();
    for (let count = 0; count < 300; count++) body.push(Buffer.alloc(1_000, count));
    body.finish();
    await until('the body is stored', () => completed() === 1);
    const path = pathOf(exchange);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(exchange.body).toMatchObject({ sizeBytes: 300_000 });
    expect(readFileSync(path)).toEqual(
      Buffer.concat(Array.from({ length: 300 }, (_, count) => Buffer.alloc(1_000, count))),
    );
    expect(exchange.variables.get('CONTENT_LENGTH')).toBe('300000');
    answer(exchange);
    await until('the file is removed', () => !existsSync(path));
  });

  it('comes no faster than it can be written', async () => {
    const { body, source, completed } = collecting();
    for (let count = 0; count < 20; count++) body.push(Buffer.alloc(100_000));
    expect(source.isPaused).toBe(true);
    await until('the source is resumed', () => !source.isPaused);
    body.finish();
    await until('the body is stored', () => completed() === 1);
  });

  it('has a file of its own, however many come at once', async () => {
    const all = Array.from({ length: 20 }, () => collecting());
    for (let round = 0; round < 5; round++) {
      for (const [index, { body }] of all.entries()) body.push(Buffer.alloc(1_000, index));
    }
    for (const { body } of all) body.finish();
    await until('all are stored', () => all.every(({ completed }) => completed() === 1));
    for (const [index, { exchange }] of all.entries()) {
      expect(readFileSync(pathOf(exchange))).toEqual(Buffer.alloc(5_000, index));
    }
    expect(new Set(all.map(({ exchange }) => pathOf(exchange))).size).toBe(20);
  });
});

describe('a body that does not come to its end', () => {
  it('because its sender broke off is answered with 400, and its file removed', async () => {
    const { exchange, body, completed } = collecting();
    body.push(Buffer.alloc(1_000));
    body.fail(new Error('gone'));
    expect([exchange.outcome, exchange.status, completed()]).toEqual(['SLUICE_BAD_REQUEST', 400, 0]);
    await until('the file is removed', () => files().length === 0);
  });

  it('because its client has gone is dropped, and its file removed', async () => {
    const { exchange, body, source, completed } = collecting();
    body.push(Buffer.alloc(1_000));
    await until('the file is there', () => files().length === 1);
    exchange.cancel();
    body.push(Buffer.alloc(1_000_000));
    body.finish();
    await until('the file is removed', () => files().length === 0);
    expect([exchange.outcome, completed(), source.isPaused]).toEqual(['cancelled', 0, false]);
  });

  it('because its client goes while the last bytes are written is dropped as well', async () => {
    const { exchange, body, completed } = collecting();
    body.push(Buffer.alloc(1_000));
    body.finish();
    exchange.cancel();
    await until('the file is removed', () => files().length === 0);
    expect(completed()).toBe(0);
  });
});

describe('a body that cannot be stored', () => {
  it('because the directory is not there is answered with 507', () => {
    rmSync(parent, { recursive: true });
    const { exchange, body, source, completed } = collecting();
    body.push(Buffer.alloc(1_000));
    for (let count = 0; count < 10; count++) body.push(Buffer.alloc(100_000));
    body.finish();
    expect([exchange.outcome, exchange.status, completed()]).toEqual(['SLUICE_SPOOL_FAILED', 507, 0]);
    expect([exchange.error?.message.includes('ENOENT'), source.isPaused]).toEqual([true, false]);
    parent = temporary.directory();
  });

  it('because its file cannot be opened is answered with 507, also if it came all at once', async () => {
    rmSync(dirname(spool.newPath()), { recursive: true });
    const { exchange, body, completed } = collecting();
    body.push(Buffer.alloc(1_000));
    body.finish();
    await until('the exchange is over', () => exchange.isDone || completed() > 0);
    expect([exchange.outcome, completed()]).toEqual(['SLUICE_SPOOL_FAILED', 0]);
  });

  onSmallDisk('because the disk is full is answered with 507, and leaves no file', async () => {
    const disk = temporary.directory();
    mountSmallDisk(disk);
    const crowded = new Spool(disk);
    try {
      for (const isEndSeen of [true, false]) {
        const body = new BodyStream(new RecordingSource(), null);
        const { exchange } = makeExchange({ body });
        let completed = 0;
        collectBody(exchange, body, LIMITS, crowded, () => completed++);
        body.push(Buffer.alloc(200_000));
        if (isEndSeen) body.finish();
        await until('the exchange is over', () => exchange.isDone || completed > 0);
        expect([exchange.outcome, completed]).toEqual(['SLUICE_SPOOL_FAILED', 0]);
        expect(exchange.error?.message).toContain('ENOSPC');
        const [directory = ''] = readdirSync(disk);
        await until('the file is removed', () => readdirSync(`${disk}/${directory}`).length === 0);
      }
    } finally {
      crowded.close();
      execFileSync('umount', [disk]);
    }
  });
});

describe('a spool that is closed', () => {
  it('removes its directory with all that is left', async () => {
    const { exchange, body, completed } = collecting();
    body.push(Buffer.alloc(1_000));
    body.finish();
    await until('the body is stored', () => completed() === 1);
    spool.close();
    spool.close();
    expect(readdirSync(parent)).toEqual([]);
    answer(exchange);
  });

  it('never had a directory if it was not needed', () => {
    spool.close();
    expect(readdirSync(parent)).toEqual([]);
  });
});

/** `it` where this process may mount a file system; elsewhere it skips and says why. */
function onSmallDisk(name: string, run: () => Promise<void>): void {
  const path = temporary.directory();
  try {
    mountSmallDisk(path);
    execFileSync('umount', [path]);
    it(name, run);
  } catch {
    process.stderr.write(`skipped: ${name}, because a small file system cannot be mounted here\n`);
    // oxlint-disable-next-line jest/no-disabled-tests -- the right to mount is not for every machine to give
    it.skip(`${name} (skipped: a small file system cannot be mounted here)`, run);
  }
}

/** Mounts a file system with room for very little. */
function mountSmallDisk(path: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'ignore' });
}
