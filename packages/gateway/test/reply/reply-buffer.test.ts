// Replies to slow clients: held in memory, in files, and what happens at each limit.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { GatewayError } from '../../src/exchange/errors.ts';
import { Spool } from '../../src/spool/spool.ts';
import { until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';
import { openFilesBelow } from './open-files.ts';
import { catchUp, NOTHING, OK, SlowClients, takeOne } from './slow-client.ts';

const temporary = new Temporary();
let parent = '';
let spool: Spool;
beforeEach(() => {
  parent = temporary.directory();
  spool = new Spool(parent);
});
afterEach(async () => {
  // What is deleted but open is still on the disk.
  await until('the files are closed', () => openFiles().length === 0);
  spool.close();
  expect(readdirSync(parent)).toEqual([]);
  temporary.remove();
});

/** What the buffers have left in the spool, with a name or open without one. */
function openFiles(): string[] {
  const names = readdirSync(parent).flatMap((name) => readdirSync(`${parent}/${name}`));
  return [...names, ...openFilesBelow(parent)];
}

function clocksCount(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

function bytes(count: number, fill: string = 'x'): Buffer {
  return Buffer.alloc(count, fill);
}

describe('a client that keeps up', () => {
  it('gets every piece at once, and nothing is buffered', () => {
    const clients = new SlowClients({}, spool);
    const { exchange, reply } = clients.stalled();
    reply.isWritable = true;
    exchange.drained();
    for (const piece of ['a', 'b', 'c']) {
      exchange.write(Buffer.from(piece), false);
      expect([reply.text.at(-1), clients.buffers.count]).toEqual([piece, 0]);
    }
    exchange.cancel();
  });
});

describe('a client that takes no more', () => {
  it('does not keep the backend: it can say everything, and is done with the exchange', () => {
    const clients = new SlowClients({}, spool);
    const slow = clients.stalled();
    expect([slow.exchange.write(bytes(50), false), slow.exchange.write(bytes(50, 'y'), true)]).toEqual([
      true,
      true,
    ]);
    expect([slow.exchange.holder, slow.exchange.outcome, slow.reply.ending]).toEqual([null, null, null]);
    catchUp(slow);
    expect([slow.exchange.outcome, slow.reply.ending, slow.holder.drainedCount]).toEqual([
      'complete',
      'complete',
      0,
    ]);
    expect(slow.reply.text).toBe('x'.repeat(50) + 'y'.repeat(50));
    expect([clients.buffers.count, clients.buffers.heldBytes]).toEqual([0, 0]);
  });

  it('gets one piece each time it asks, the last of them marked as the last', () => {
    const clients = new SlowClients({}, spool);
    const slow = clients.stalled();
    for (const [piece, isLast] of [
      ['a', false],
      ['b', false],
      ['c', true],
    ] as const)
      // prettier-ignore
      slow.exchange.write(Buffer.from(piece), isLast);
    const seen: string[] = [];
    for (let asked = 0; asked < 3; asked++) {
      takeOne(slow);
      seen.push(`${slow.reply.text} ${slow.reply.ending}`);
    }
    expect(seen).toEqual(['a null', 'ab null', 'abc complete']);
  });

  it('gets the rest of a stream piece by piece once it has caught up', () => {
    const clients = new SlowClients({}, spool);
    const slow = clients.stalled();
    slow.exchange.write(Buffer.from('held '), false);
    catchUp(slow);
    expect(clients.buffers.count).toBe(0);
    slow.exchange.write(Buffer.from('direct'), false);
    expect(slow.reply.text).toBe('held direct');
    slow.exchange.write(NOTHING, true);
    expect(slow.exchange.outcome).toBe('complete');
  });

  it('is sent an end that comes alone', () => {
    const slow = new SlowClients({}, spool).stalled();
    slow.exchange.write(bytes(10), false);
    takeOne(slow);
    slow.exchange.write(NOTHING, true);
    expect(slow.exchange.outcome).toBe(null);
    takeOne(slow);
    expect([slow.exchange.outcome, slow.reply.text.length]).toEqual(['complete', 10]);
  });

  it('is logged with the bytes that were handed over, not those that were held', () => {
    const slow = new SlowClients({}, spool).stalled();
    slow.exchange.write(bytes(30), false);
    slow.exchange.write(bytes(40), true);
    takeOne(slow);
    slow.exchange.cancel();
    expect([slow.exchange.outcome, slow.exchange.sentBytes]).toEqual(['cancelled', 30]);
  });
});

describe('a reply over the limit of memory', () => {
  it('goes on in a file, byte for byte', async () => {
    const clients = new SlowClients({}, spool);
    const slow = clients.stalled();
    const pieces = Array.from({ length: 50 }, (_, at) => bytes(5_000, String.fromCharCode(65 + (at % 26))));
    for (const [at, piece] of pieces.entries()) expect(slow.exchange.write(piece, at === 49)).toBe(true);
    await until('all is in the file', () => clients.buffers.heldBytes <= 100);
    catchUp(slow);
    await slow.done;
    expect(Buffer.concat(slow.reply.chunks).equals(Buffer.concat(pieces))).toBe(true);
    expect([slow.exchange.outcome, clients.buffers.heldBytes, clients.buffers.count]).toEqual([
      'complete',
      0,
      0,
    ]);
  });

  it('leaves no name in the spool, not even while it waits there', async () => {
    const clients = new SlowClients({}, spool);
    const slow = clients.stalled();
    slow.exchange.write(bytes(5_000), false);
    await until('it is in the file', () => clients.buffers.heldBytes === 0);
    expect(readdirSync(`${parent}/${readdirSync(parent)[0]}`)).toEqual([]);
    slow.exchange.cancel();
  });

  it('lets the backend wait at the limit of the file, until the file has been sent', async () => {
    const clients = new SlowClients({ maxBytes: 10_000 }, spool);
    const slow = clients.stalled();
    expect([slow.exchange.write(bytes(9_000), false), slow.exchange.write(bytes(9_000), false)]).toEqual([
      true,
      false,
    ]);
    await until('it is in the file', () => clients.buffers.heldBytes === 0);
    expect(slow.holder.drainedCount).toBe(0);
    takeOne(slow);
    await until('the backend may go on', () => slow.holder.drainedCount === 1);
    slow.exchange.cancel();
  });

  it('waits in files at once where all memory is taken', async () => {
    const clients = new SlowClients({ memoryBytes: 1_000, totalMemoryBytes: 1_500 }, spool);
    const [first, second] = [clients.stalled(), clients.stalled()];
    first.exchange.write(bytes(1_000), false);
    second.exchange.write(bytes(1_000), false);
    await until('the second is in its file', () => clients.buffers.heldBytes === 1_000);
    first.exchange.cancel();
    expect(clients.buffers.heldBytes).toBe(0);
    catchUp(second);
    await until('the second was sent', () => second.reply.text.length === 1_000);
    second.exchange.cancel();
  });

  it('of many tiny pieces goes to the file as well: they would take more than they hold', async () => {
    const clients = new SlowClients({ memoryBytes: 1_000_000 }, spool);
    const slow = clients.stalled();
    for (let at = 0; at < 5_000; at++) slow.exchange.write(Buffer.from(String(at % 10)), false);
    await until('most are in the file', () => clients.buffers.heldBytes === 1_024);
    slow.exchange.write(NOTHING, true);
    catchUp(slow);
    await slow.done;
    expect(slow.reply.text).toBe('0123456789'.repeat(500));
  });
});

describe('a client that has not been found to be slow', () => {
  it('has the backend wait when memory is full, and go on once half of it is taken', () => {
    const clients = new SlowClients({ patienceMs: 60_000 }, spool);
    const slow = clients.stalled();
    const said = ['a', 'b', 'c', 'd', 'e'].map((letter) => slow.exchange.write(bytes(25, letter), false));
    expect(said).toEqual([true, true, true, true, false]);
    takeOne(slow);
    expect(slow.holder.drainedCount).toBe(0);
    takeOne(slow);
    takeOne(slow);
    expect([slow.holder.drainedCount, openFiles()]).toEqual([1, []]);
    slow.exchange.write(NOTHING, true);
    catchUp(slow);
    expect([slow.exchange.outcome, slow.reply.text]).toEqual([
      'complete',
      ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(25)).join(''),
    ]);
    expect(clients.buffers.heldBytes).toBe(0);
  });

  it('is slow when it does not take that in time: the rest goes to the file, and the backend goes on', async () => {
    const clients = new SlowClients({ patienceMs: 1 }, spool);
    const slow = clients.stalled();
    slow.exchange.write(bytes(80), false);
    expect(slow.exchange.write(bytes(80, 'y'), false)).toBe(false);
    await until('the backend may go on', () => slow.holder.drainedCount === 1);
    await until('the rest is in the file', () => clients.buffers.heldBytes === 80);
    expect(slow.exchange.write(bytes(80, 'z'), true)).toBe(true);
    catchUp(slow);
    await slow.done;
    expect(slow.reply.text).toBe('x'.repeat(80) + 'y'.repeat(80) + 'z'.repeat(80));
  });

  it('leaves no clock behind when it goes', () => {
    const clients = new SlowClients({ patienceMs: 60_000 }, spool);
    const slow = clients.stalled();
    const before = clocksCount();
    slow.exchange.write(bytes(200), false);
    expect(clocksCount()).toBe(before + 1);
    slow.exchange.cancel();
    expect([clocksCount(), clients.buffers.heldBytes, clients.buffers.count]).toEqual([before, 0, 0]);
  });
});

describe('without files', () => {
  it('the backend waits once memory is full, and goes on as the client takes', () => {
    const clients = new SlowClients({ maxBytes: 0 }, spool);
    const slow = clients.stalled();
    expect([slow.exchange.write(bytes(90), false), slow.exchange.write(bytes(90), false)]).toEqual([
      true,
      false,
    ]);
    takeOne(slow);
    takeOne(slow);
    takeOne(slow);
    expect([slow.holder.drainedCount, slow.reply.text.length]).toEqual([1, 180]);
    slow.exchange.cancel();
  });

  it('and without memory the backend waits at once, as if there were no buffer', () => {
    const slow = new SlowClients({ maxBytes: 0, memoryBytes: 0 }, spool).stalled();
    expect(slow.exchange.write(NOTHING, false)).toBe(false);
    slow.exchange.drained();
    expect(slow.holder.drainedCount).toBe(1);
    slow.exchange.cancel();
  });
});

describe('a file that cannot be written', () => {
  it('is told once, and costs no byte: the backend waits for the client instead', async () => {
    const clients = new SlowClients({}, new Spool(`${parent}/missing`));
    const slow = clients.stalled();
    const sent = ['a', 'b', 'c', 'd'].map((letter) => bytes(80, letter));
    slow.exchange.write(sent[0] ?? NOTHING, false);
    slow.exchange.write(sent[1] ?? NOTHING, false);
    await until('it is told', () => clients.failures.length === 1);
    expect(slow.exchange.write(sent[2] ?? NOTHING, false)).toBe(false);
    catchUp(slow);
    await until('the backend may go on', () => slow.holder.drainedCount === 1);
    slow.exchange.write(sent[3] ?? NOTHING, true);
    expect(slow.reply.text).toBe(Buffer.concat(sent).toString());
    expect([slow.exchange.outcome, clients.failures.length]).toEqual(['complete', 1]);
  });
});

describe('a client that goes', () => {
  it('takes with it what is held, in memory and on the disk', async () => {
    const clients = new SlowClients({}, spool);
    const slow = clients.stalled();
    slow.exchange.write(bytes(5_000), false);
    slow.exchange.cancel();
    expect([clients.buffers.heldBytes, clients.buffers.count, slow.holder.cancelledCount]).toEqual([0, 0, 1]);
    await until('nothing is open', () => openFiles().length === 0);
  });

  it('is nobody’s business to a backend that is done', () => {
    const clients = new SlowClients({}, spool);
    const slow = clients.stalled();
    slow.exchange.write(bytes(50), true);
    slow.exchange.cancel();
    expect([slow.holder.cancelledCount, slow.exchange.outcome, clients.buffers.count]).toEqual([
      0,
      'cancelled',
      0,
    ]);
  });
});

describe('a reply that fails while it is held', () => {
  it('is aborted at once, and a backend that waits for the client goes on', () => {
    const clients = new SlowClients({ maxBytes: 0 }, spool);
    const slow = clients.stalled();
    expect([slow.exchange.write(bytes(90), false), slow.exchange.write(bytes(90), false)]).toEqual([
      true,
      false,
    ]);
    slow.exchange.fail(new GatewayError('SLUICE_APPLICATION_FAILED', 'it failed'));
    expect([slow.reply.ending, slow.holder.drainedCount, clients.buffers.heldBytes]).toEqual([
      'aborted',
      1,
      0,
    ]);
  });
});

describe('whatever the pace of both sides', () => {
  it('every byte arrives once and in order, and the count of what is held comes back to nothing', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('write' as const), size: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ do: fc.constantFrom('take' as const, 'open' as const, 'shut' as const, 'turn' as const) }),
    );
    const limits = fc.record({
      memoryBytes: fc.constantFrom(0, 50, 300),
      totalMemoryBytes: fc.constantFrom(0, 200, 10_000),
      maxBytes: fc.constantFrom(1, 500, 100_000),
      patienceMs: fc.constantFrom(0, 1),
    });
    await fc.assert(
      fc.asyncProperty(limits, fc.array(step, { maxLength: 40 }), async (someLimits, steps) => {
        const clients = new SlowClients(someLimits, spool);
        const slow = clients.stalled();
        const sent: Buffer[] = [];
        for (const [at, each] of steps.entries()) {
          if (each.do === 'write') {
            sent.push(bytes(each.size, String.fromCharCode(97 + (at % 26))));
            slow.exchange.write(sent.at(-1) ?? NOTHING, false);
          } else if (each.do === 'turn') await new Promise((resolve) => setImmediate(resolve));
          else {
            if (each.do !== 'take') slow.reply.isWritable = each.do === 'open';
            if (each.do !== 'shut') slow.exchange.drained();
          }
        }
        slow.exchange.write(NOTHING, true);
        catchUp(slow);
        await until('the reply is complete', () => slow.exchange.isDone);
        expect(Buffer.concat(slow.reply.chunks).equals(Buffer.concat(sent))).toBe(true);
        expect([slow.exchange.outcome, clients.buffers.heldBytes, clients.buffers.count]).toEqual([
          'complete',
          0,
          0,
        ]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a head', () => {
  it('that the client cannot take with its bytes begins the buffer', () => {
    const clients = new SlowClients({}, spool);
    const slow = clients.stalled();
    expect([clients.buffers.count, slow.reply.sentHead]).toEqual([1, OK]);
    slow.exchange.cancel();
  });
});
