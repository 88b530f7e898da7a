// The end of a process: what it wrote last is read, whatever else happens.
import { afterEach, describe, expect, it } from '@jest/globals';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess, type Exit, type ProcessHandle } from '../../src/backends/workers/process.ts';
import { Temporary } from '../helpers/temporary.ts';

const temporary = new Temporary();
afterEach(() => temporary.remove());

/** More than one read takes, and as much as the socket of a lane holds: 128 KiB from Node 22 on. In one piece it does. */
const WRITTEN_BYTES = 100_000;
const WRITE = `dd if=/dev/zero bs=${WRITTEN_BYTES} count=1 2>/dev/null >&4`;
const DEADLINE_MS = 10_000;

interface Ended {
  readonly handle: ProcessHandle;
  readonly received: Buffer[];
  readonly unread: number[];
  readonly exited: Promise<Exit>;
}

/** A process that runs this shell script instead of Python. Descriptor 4 is its lane. */
function run(script: string): Ended {
  const python = join(temporary.directory(), 'python');
  writeFileSync(python, `#!/bin/sh\n${script}\n`);
  chmodSync(python, 0o755);
  const received: Buffer[] = [];
  const unread: number[] = [];
  const parts: { handle?: ProcessHandle } = {};
  const exited = new Promise<Exit>((resolve) => {
    parts.handle = startProcess(
      {
        python,
        packageDirectory: '/none/',
        target: 'a:b',
        directory: '/',
        threads: 1,
        isMultiprocess: false,
        debug: false,
        environment: { PATH: process.env['PATH'] },
      },
      {
        controlData: () => {},
        laneData: (_lane, chunk) => received.push(chunk),
        laneDrained: () => {},
        laneUnread: (lane) => unread.push(lane),
        channelClosed: () => {},
        outputLine: () => {},
        exited: (exit) => resolve(exit),
      },
    );
  });
  if (!parts.handle) throw new Error('no process');
  return { handle: parts.handle, received, unread, exited };
}

/** Until it reads the channels. */
async function reading(): Promise<void> {
  await new Promise((resolve) => process.nextTick(resolve));
}

/** Keeps the event loop from reading until the process has died. */
function blockUntilDead({ pid }: ProcessHandle): void {
  const deadline = Date.now() + DEADLINE_MS;
  while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) {
    if (Date.now() > deadline) throw new Error(`process ${pid} did not end`);
  }
}

describe('what a process wrote last', () => {
  it('is read although something was sent to it after its end', async () => {
    const { handle, received, unread, exited } = run(WRITE);
    await reading();
    blockUntilDead(handle);
    handle.lanes[0]?.write(Buffer.from('a request'));
    handle.lanes[0]?.write(Buffer.from('another'));
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(Buffer.concat(received).length).toBe(WRITTEN_BYTES);
    expect(unread).toEqual([0]);
  });

  it('is read even if its lane was paused then', async () => {
    const { handle, received, exited } = run(WRITE);
    await reading();
    handle.lanes[0]?.pause();
    blockUntilDead(handle);
    handle.lanes[0]?.write(Buffer.from('a request'));
    await exited;
    expect(Buffer.concat(received).length).toBe(WRITTEN_BYTES);
  });

  it('is read although the event loop had something else to do for as long as the channels may take to close', async () => {
    const { handle, received, exited } = run(WRITE);
    blockUntilDead(handle);
    const until = performance.now() + 1_500;
    setImmediate(() => {
      while (performance.now() < until);
    });
    await exited;
    expect(Buffer.concat(received).length).toBe(WRITTEN_BYTES);
  });

  it('is all there is, even if a child of it keeps the channels open', async () => {
    const { received, exited } = run('echo hello >&4; sleep 30 & exit 3');
    expect(await exited).toEqual({ code: 3, signal: null });
    expect(Buffer.concat(received).toString()).toBe('hello\n');
  });
});
