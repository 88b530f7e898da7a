// The clocks of connections: half heads, and replies that nobody takes.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { HeadClock, type HeadReader } from '../../src/fronts/head-clock.ts';
import { unacknowledgedBytes } from '../../src/fronts/kernel-queue.ts';
import { ReplyClock } from '../../src/fronts/reply-clock.ts';
import { until } from '../helpers/settled.ts';

let server: Server;
let peer: Socket;
let socket: Socket;
const late: string[] = [];
const tell = (address: string, message: string): void => void late.push(`${address} ${message}`);

beforeEach(async () => {
  late.length = 0;
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  peer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  peer.on('error', () => {});
  [socket] = await accepted;
  socket.on('error', () => {});
});
afterEach(async () => {
  jest.useRealTimers();
  peer.destroy();
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

describe('the clock of heads', () => {
  function watchHeads(reader: HeadReader): void {
    const clock = new HeadClock(1_000, tell);
    clock.watch(new Map([[reader, socket]]));
    clock.start();
  }

  it('closes a connection whose head does not end, however many bytes come', () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'Date'] });
    watchHeads({ isInsideHead: true, headCount: 1 });
    jest.advanceTimersByTime(1_000);
    expect(socket.destroyed).toBe(false);
    jest.advanceTimersByTime(1_000);
    expect(socket.destroyed).toBe(true);
    expect(late).toEqual([expect.stringMatching(/^127\.0\.0\.1 .*1000 ms \(limits\.header_timeout\)/)]);
  });

  it('tells one head from the next, and lets idle connections be', () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'Date'] });
    const reader = { isInsideHead: true, headCount: 0 };
    watchHeads(reader);
    for (let count = 0; count < 50; count++) {
      reader.headCount++;
      jest.advanceTimersByTime(500);
    }
    reader.isInsideHead = false;
    jest.advanceTimersByTime(60_000);
    expect([socket.destroyed, late]).toEqual([false, []]);
  });
});

describe('the clock of replies', () => {
  /** Writes more than the system takes, so that the rest waits here. */
  async function fill(): Promise<void> {
    socket.write(Buffer.alloc(64_000_000));
    await until('the system takes no more', () => (unacknowledgedBytes([socket]).get(socket) ?? 0) > 0);
  }

  it('closes a connection whose peer takes nothing', async () => {
    peer.pause();
    await fill();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'Date'] });
    new ReplyClock(1_000, new Set([socket]), tell).start();
    jest.advanceTimersByTime(1_000);
    expect(socket.destroyed).toBe(false);
    jest.advanceTimersByTime(2_000);
    expect(socket.destroyed).toBe(true);
    expect(late).toEqual([expect.stringMatching(/1000 ms \(limits\.send_timeout\)/)]);
  });

  it('lets one be that takes a little, which only the kernel sees', async () => {
    peer.pause();
    await fill();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'Date'] });
    new ReplyClock(1_000, new Set([socket]), tell).start();
    for (let count = 0; count < 8; count++) {
      jest.advanceTimersByTime(750);
      await until(
        'the system has something to send',
        () => (unacknowledgedBytes([socket]).get(socket) ?? 0) > 0,
      );
      const before = unacknowledgedBytes([socket]).get(socket);
      while (unacknowledgedBytes([socket]).get(socket) === before) {
        peer.resume();
        await new Promise((resolve) => setImmediate(resolve));
        peer.pause();
      }
    }
    expect([socket.destroyed, late]).toEqual([false, []]);
    expect(socket.writableLength).toBeGreaterThan(0);
  });

  it('lets connections be that have nothing to send', () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'Date'] });
    new ReplyClock(1_000, new Set([socket]), tell).start();
    jest.advanceTimersByTime(60_000);
    expect([socket.destroyed, late]).toEqual([false, []]);
  });
});

describe('what the kernel has not been acknowledged', () => {
  it('is found by the ports, and unknown where there are no tables', async () => {
    socket.write(Buffer.alloc(10));
    await until('it is read', () => unacknowledgedBytes([socket]).get(socket) === 0);
    const none = (): string => {
      throw new Error('ENOENT');
    };
    expect(unacknowledgedBytes([socket], none).size).toBe(0);
  });

  it('is the first of the two queues, in hexadecimal', () => {
    const { localPort = 0, remotePort = 0 } = socket;
    const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
    const line = `   1: 0100007F:${hex(localPort)} 0100007F:${hex(remotePort)} 01 0000002A:00000001 00:0 0 0 0 1`;
    const read = (path: string): string => (path.endsWith('tcp') ? `head\n${line}\n` : 'head\n');
    expect(unacknowledgedBytes([socket], read).get(socket)).toBe(42);
  });
});
