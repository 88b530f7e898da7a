// Workers asked of a fork server: it and they talk on sockets of their own, so that their words come in any order.
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeFrame, FRAME, TOKEN_BYTES } from '../../src/backends/workers/frames.ts';
import { Forks, type ForksOwner } from '../../src/backends/workers/preload/forks.ts';
import type { ForkedProcess } from '../../src/backends/workers/preload/forked-process.ts';
import type { Exit, ProcessEvents } from '../../src/backends/workers/process.ts';
import { until } from '../helpers/settled.ts';

const SERVER_PID = 999_999_998;
const WORKER_PID = 999_999_999;
const CHANNELS_COUNT = 4;
const READY = encodeFrame(FRAME.ready, 0, 0, Buffer.from(`pid\0${WORKER_PID}\0`));

/** What a worker has told, and what its process id was taken for at each word. */
class Told implements ProcessEvents {
  readonly pids: (number | undefined)[] = [];
  readonly control: Buffer[] = [];
  readonly exits: Exit[] = [];
  worker: ForkedProcess | null = null;

  controlData(chunk: Buffer): void {
    this.control.push(chunk);
    this.pids.push(this.worker?.pid);
  }
  exited(exit: Exit): void {
    this.exits.push(exit);
  }
  laneData = (): number => 0;
  laneDrained(): void {}
  laneUnread(): void {}
  channelClosed(): void {}
  outputLine(): void {}
}

class Owner implements ForksOwner {
  readonly pid = SERVER_PID;
  readonly sent: Buffer[] = [];
  readonly control = { write: (bytes: Buffer): unknown => this.sent.push(bytes) };
  abandon(): void {}
  loaded(): void {}
  loadFailed(): void {}
  stop(): void {}
  failed(): void {}
}

const channels: Socket[] = [];
let forks: Forks;
let closedCount = 0;

/** Has a worker asked for, and opens all its channels; it says that it is ready. */
async function beginBeforeForked(): Promise<{ told: Told; tag: number }> {
  const owner = new Owner();
  forks = new Forks(1, owner);
  forks.receive(encodeFrame(FRAME.loaded, 0, 0, Buffer.from(`pid\0${SERVER_PID}\0`)));
  const told = new Told();
  told.worker = forks.fork(told);
  const [request = Buffer.alloc(0)] = owner.sent;
  const token = request.subarray(-TOKEN_BYTES);
  for (let number = 0; number < CHANNELS_COUNT; number++) {
    const channel = connect(forks.meetingPath);
    channels.push(channel);
    channel.on('close', () => closedCount++);
    channel.resume();
    await once(channel, 'connect');
    channel.write(encodeFrame(FRAME.hello, 0, number, token));
  }
  channels[0]?.write(READY);
  await until('all channels are there', () => told.worker?.lanes.every(({ isOpen }) => isOpen) ?? false);
  return { told, tag: request.readUInt16BE(6) };
}

afterEach(() => {
  forks.end({ code: 0, signal: null }, null);
  for (const channel of channels.splice(0)) channel.destroy();
  closedCount = 0;
});

describe('a worker that is ready before the fork server has said which process it is', () => {
  it('is heeded when that is known', async () => {
    const { told, tag } = await beginBeforeForked();
    expect(told.control).toEqual([]);
    const pid = Buffer.alloc(4);
    pid.writeInt32BE(WORKER_PID);
    forks.receive(encodeFrame(FRAME.forked, 0, tag, pid));
    await until('it has been heeded', () => told.control.length > 0);
    expect(Buffer.concat(told.control)).toEqual(READY);
    expect(told.pids).toEqual(told.pids.map(() => WORKER_PID));
  });

  it('is let go if the fork server dies before that', async () => {
    const { told } = await beginBeforeForked();
    forks.end({ code: null, signal: 'SIGKILL' }, null);
    await until('its channels are closed', () => closedCount === CHANNELS_COUNT);
    expect(told.control).toEqual([]);
    expect(told.exits).toHaveLength(1);
  });
});
