// A process that has started the gateway and runs the application itself: what it says, what it is told, and who ends when.
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { AttachedSource } from '../../src/backends/workers/attached/attached-source.ts';
import { encodeFrame, FRAME } from '../../src/backends/workers/frames.ts';
import type { Exit, ProcessEvents, ProcessHandle } from '../../src/backends/workers/process.ts';
import { until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';
import { bytesOf, wireVectors } from '../helpers/wire-vectors.ts';

const NOTHING = Buffer.alloc(0);
const HOST_PID = process.pid;
const CHANNELS_COUNT = 4;

interface Frame {
  readonly type: number;
  readonly tag: number;
  readonly payload: Buffer;
}

/** The other end of the channel. */
class Host {
  readonly frames: Frame[] = [];
  readonly channels: Socket[] = [];
  readonly socket: Socket;
  #held: Buffer = NOTHING;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(Buffer.concat([this.#held, chunk])));
    socket.on('error', () => {});
  }

  say(type: number, tag: number, payload: Uint8Array = NOTHING): void {
    this.socket.write(encodeFrame(type, 0, tag, payload));
  }

  load(): void {
    this.say(FRAME.loaded, 0, Buffer.from(`pid\0${HOST_PID}\0python\x003.13.0\0worker\x000.1.0\0`));
  }

  async hear(type: number): Promise<Frame> {
    await until(`frame ${type} has come`, () => this.frames.some((frame) => frame.type === type));
    return this.frames.find((frame) => frame.type === type) as Frame;
  }

  /** Opens the channels of a worker that has been asked for, and says which process it is. */
  async begin(pid: number): Promise<void> {
    const { payload: path } = await this.hear(FRAME.meeting);
    const { tag, payload: token } = await this.hear(FRAME.fork);
    const payload = Buffer.alloc(4);
    payload.writeInt32BE(pid);
    this.say(FRAME.forked, tag, payload);
    for (let number = 0; number < CHANNELS_COUNT; number++) {
      const channel = connect(path.toString());
      this.channels.push(channel);
      await once(channel, 'connect');
      channel.write(encodeFrame(FRAME.hello, 0, number, token));
    }
    const ready = Buffer.from(`pid\0${pid}\0python\x003.13.0\0worker\x000.1.0\0`);
    this.channels[0]?.write(encodeFrame(FRAME.ready, 0, 0, ready));
  }

  #receive(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE()) {
      const end = 8 + rest.readUInt32BE();
      const [type = 0] = rest.subarray(4, 5);
      this.frames.push({ type, tag: rest.readUInt16BE(6), payload: Buffer.from(rest.subarray(8, end)) });
      rest = rest.subarray(end);
    }
    this.#held = rest;
  }
}

/** What a worker has told. */
class Told implements ProcessEvents {
  readonly closed: string[] = [];
  isReady = false;
  exit: (Exit & { readonly error: Error | null }) | null = null;
  controlData = (): void => void (this.isReady = true);
  laneData = (): number => 0;
  laneDrained = (): void => {};
  laneUnread = (): void => {};
  channelClosed = (name: string): void => void this.closed.push(name);
  outputLine = (): void => {};
  exited = (exit: Exit, error: Error | null): void => void (this.exit = { ...exit, error });
}

const temporary = new Temporary();
let server: Server | null = null;
let source: AttachedSource;
let host: Host;
let wants: string[] = [];

async function attach(): Promise<void> {
  const path = join(temporary.directory(), 'control');
  server = createServer().listen(path);
  await once(server, 'listening');
  const control = connect(path);
  const [socket] = (await once(server, 'connection')) as [Socket];
  wants = [];
  host = new Host(socket);
  source = new AttachedSource(control, 1, {
    stop: () => wants.push('stop'),
    gone: (reason) => wants.push(`gone: ${reason}`),
  });
}

async function startWorker(pid: number): Promise<{ told: Told; handle: ProcessHandle }> {
  const told = new Told();
  const handle = source.start(1, told);
  host.load();
  await host.begin(pid);
  await until('the worker is ready', () => told.isReady);
  return { told, handle };
}

afterEach(async () => {
  for (const channel of host.channels) channel.destroy();
  host.socket.destroy();
  await source.close();
  server?.close();
  temporary.remove();
});

describe('a process that attaches itself', () => {
  it('is told where its workers meet, as the vector has it, and then asked for them', async () => {
    await attach();
    const told = new Told();
    source.start(1, told);
    expect(source.preload()).toBeNull();
    host.load();
    const { tag, payload } = await host.hear(FRAME.meeting);
    const vector = wireVectors.valid.find(({ name }) => name === 'meeting');
    expect(encodeFrame(FRAME.meeting, 0, tag, Buffer.from(vector?.path ?? ''))).toEqual(
      vector && bytesOf(vector),
    );
    expect(payload.toString()).toMatch(/sluice-preload-[-\w]+\/meeting$/);
    expect((await host.hear(FRAME.fork)).payload.toString()).toMatch(/^[0-9a-f]{32}$/);
    expect(source.preload()).toEqual({ pid: HOST_PID, isLoaded: true });
  });

  it('may have the gateway end', async () => {
    await attach();
    host.say(FRAME.stop, 0);
    host.say(FRAME.stop, 0);
    await until('both have come', () => wants.length === 2);
    expect(wants).toEqual(['stop', 'stop']);
  });

  it('takes the gateway with it when it goes', async () => {
    await attach();
    host.load();
    host.socket.destroy();
    await until('that is noticed', () => wants.length > 0);
    expect(wants).toEqual(['gone: has gone']);
    const told = new Told();
    source.start(1, told);
    await until('the worker is given up', () => told.exit !== null);
    expect(told.exit?.error?.message).toContain('has gone');
  });

  it('is not listened to any more when it breaks the wire', async () => {
    await attach();
    host.say(FRAME.exited, 7);
    await until('that is noticed', () => wants.length > 0);
    expect(wants).toEqual([expect.stringContaining('worker 7, which has not been asked for')]);
    await until('the channel is closed', () => host.socket.closed);
  });

  it('is released when the gateway ends, and waited for', async () => {
    await attach();
    host.load();
    await host.hear(FRAME.meeting);
    const closed = source.close();
    await host.hear(FRAME.release);
    host.socket.end();
    await closed;
    expect(wants).toEqual([]);
  });
});

describe('a worker inside of it', () => {
  it('gets no signal: where it would be killed its channels are closed, and nothing it has may run again', async () => {
    await attach();
    const { told, handle } = await startWorker(HOST_PID);
    expect(handle.pid).toBe(HOST_PID);
    handle.printStacks();
    handle.kill();
    expect(told.exit).toBeNull();
    await until('it is given up', () => told.exit !== null);
    expect(told.exit).toEqual({ code: null, signal: null, isStillThere: true, error: null });
    await until('its channels are closed', () => host.channels.every(({ closed }) => closed));
  });

  it('may end later than it was given up', async () => {
    await attach();
    const { told, handle } = await startWorker(HOST_PID);
    handle.abort();
    await until('it is given up', () => told.exit !== null);
    host.say(FRAME.exited, (await host.hear(FRAME.fork)).tag, Buffer.from([0, 0]));
    host.say(FRAME.stop, 0);
    await until('the source goes on', () => wants.length > 0);
    expect(wants).toEqual(['stop']);
  });

  it('ends when its channels have been closed and the process says so', async () => {
    await attach();
    const { told, handle } = await startWorker(HOST_PID);
    handle.close();
    await until('its channels are closed', () => host.channels.every(({ closed }) => closed));
    expect(told.exit).toBeNull();
    host.say(FRAME.exited, (await host.hear(FRAME.fork)).tag, Buffer.from([0, 0]));
    await until('it has ended', () => told.exit !== null);
    expect(told.exit).toMatchObject({ code: 0, signal: null });
  });
});
