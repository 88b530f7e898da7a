// What may stand between a backend and its front: who hears what, and who is asked.
import { describe, expect, it } from '@jest/globals';
import { DIRECT, type Delivery, type FileRange, type Sender } from '../../src/exchange/delivery.ts';
import { Head } from '../../src/exchange/head.ts';
import { makeExchange, type TestExchange } from '../helpers/exchanges.ts';

const OK = Head.build(200, 'OK', []);
const EXTENDED = Head.build(200, 'OK', [['x-thing', '1']]);
const NOTHING = Buffer.alloc(0);
const FILE: FileRange = {
  path: Buffer.from('/f'),
  device: 1n,
  inode: 2n,
  offsetBytes: 0,
  sizeBytes: 3,
};

class RecordingSender implements Sender {
  readonly calls: string[] = [];

  write(bytes: Buffer, isLast: boolean): boolean {
    this.calls.push(`${bytes.toString()} ${isLast}`);
    return false;
  }

  drained(): void {
    this.calls.push('drained');
  }

  dropped(): void {
    this.calls.push('dropped');
  }
}

/** An exchange whose replies meet a recording sender. */
function watched(): TestExchange & { readonly sender: RecordingSender; readonly asked: string[] } {
  const made = makeExchange();
  const sender = new RecordingSender();
  const asked: string[] = [];
  const delivery: Delivery = {
    hold: () => {
      asked.push('hold');
      return sender;
    },
    divert: (exchange, head) => {
      asked.push('divert');
      exchange.takeOver(sender);
      return head.get('x-thing') === '1' ? null : head;
    },
    sendFile: (_exchange, _head, { sizeBytes }) => asked.push(`file of ${sizeBytes}`),
  };
  made.exchange.delivery = delivery;
  return { ...made, sender, asked };
}

describe('a reply whose client keeps up', () => {
  it('asks nobody for anything', () => {
    const { exchange, asked } = watched();
    exchange.respond(OK, NOTHING, false);
    exchange.write(NOTHING, true);
    expect([asked, exchange.outcome]).toEqual([[], 'complete']);
  });
});

describe('a sender that holds', () => {
  it('gets what follows, hears of the client, and is dropped with the exchange, once', () => {
    const { exchange, reply, sender, asked } = watched();
    reply.isWritable = false;
    expect(exchange.respond(OK, NOTHING, false)).toBe(true);
    expect(exchange.write(Buffer.from('a'), false)).toBe(false);
    exchange.drained();
    exchange.cancel();
    exchange.cancel();
    expect([asked, sender.calls]).toEqual([['hold'], ['a false', 'drained', 'dropped']]);
  });

  it('is not made for the last bytes of a reply: its front has them', () => {
    const { exchange, reply, asked } = watched();
    reply.isWritable = false;
    exchange.respond(OK, NOTHING, true);
    expect([asked, exchange.outcome]).toEqual([[], 'complete']);
  });

  it('keeps the exchange open after the backend is done, and tells how long that took', () => {
    const { exchange, reply } = watched();
    reply.isWritable = false;
    exchange.respond(OK, NOTHING, false);
    exchange.write(NOTHING, true);
    const answeredMs = exchange.endedMs;
    expect([answeredMs >= exchange.arrivedMs, exchange.outcome]).toEqual([true, null]);
    exchange.deliver(NOTHING, true);
    expect([exchange.endedMs >= answeredMs, exchange.outcome]).toEqual([true, 'complete']);
  });

  it('can hand the rest back to the front', () => {
    const { exchange, reply, sender } = watched();
    reply.isWritable = false;
    exchange.respond(OK, NOTHING, false);
    exchange.handBack();
    reply.isWritable = true;
    exchange.write(Buffer.from('direct'), false);
    expect([reply.text, sender.calls]).toEqual(['direct', []]);
  });
});

describe('a head', () => {
  it('with extension headers is looked at first, and may be kept from the front', () => {
    const { exchange, reply, sender, asked } = watched();
    exchange.respond(EXTENDED, NOTHING, false);
    exchange.write(Buffer.from('body'), true);
    expect([asked, reply.calls, sender.calls]).toEqual([['divert'], [], ['body true']]);
  });

  it.each([
    ['x-a', true],
    ['X-Sendfile', true],
    ['Xa', false],
    ['Content-X-Type', false],
  ])('named %s counts as an extension: %s', (name, isExtension) => {
    expect(Head.build(200, 'OK', [['A', 'x-'], [name, 'v']]).hasExtension).toBe(isExtension); // prettier-ignore
  });
});

describe('a reply from a file', () => {
  it('is handed to the delivery, and its backend is done', () => {
    const { exchange, asked } = watched();
    exchange.holder = { cancelled: () => asked.push('cancelled'), drained: () => {} };
    exchange.respondFile(OK, FILE);
    exchange.cancel();
    expect(asked).toEqual(['file of 3']);
  });

  it('fails where nobody sends files', () => {
    const { exchange, reply } = watched();
    exchange.delivery = DIRECT;
    exchange.respondFile(OK, FILE);
    expect([exchange.outcome, reply.sentHead?.status]).toEqual(['SLUICE_REPLY_FILE', 502]);
  });
});
