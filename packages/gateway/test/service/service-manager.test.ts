// What a service manager receives, seen by a Python process that owns the socket as systemd would.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connectServiceManager, withoutServiceVariables } from '../../src/service/service-manager.ts';

const RECEIVE = `
import json, os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(json.dumps(receiver.recv(4096).decode().split("\\n")), flush=True)
`;

let directory = '';
let systemd: ChildProcess;
let lines: AsyncIterator<string>;
const problems: string[] = [];

beforeEach(async () => {
  problems.length = 0;
  directory = mkdtempSync(join(tmpdir(), 'sluice-notify-'));
  systemd = spawn('python3', ['-c', RECEIVE, join(directory, 'notify')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!systemd.stdout) throw new Error('no output');
  lines = createInterface(systemd.stdout)[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('bound');
});
afterEach(async () => {
  const ended = once(systemd, 'exit');
  systemd.kill('SIGKILL');
  await ended;
  rmSync(directory, { recursive: true });
  expect(problems).toEqual([]);
});

async function next(): Promise<string[]> {
  return JSON.parse(String((await lines.next()).value)) as string[];
}

describe('the service manager', () => {
  it('is told that the gateway is ready, reloads, is ready again, and stops', async () => {
    const environment = { NOTIFY_SOCKET: join(directory, 'notify') };
    const subject = connectServiceManager('python3', environment, (problem) => problems.push(problem));
    subject?.ready();
    expect(await next()).toEqual(['READY=1', 'STATUS=serving']);
    subject?.reloading();
    expect(await next()).toEqual([
      'RELOADING=1',
      expect.stringMatching(/^MONOTONIC_USEC=\d+$/),
      'STATUS=reloading',
    ]);
    subject?.ready();
    expect((await next())[0]).toBe('READY=1');
    subject?.stopping();
    subject?.ready();
    await subject?.close();
    expect((await next())[0]).toBe('STOPPING=1');
    expect(problems).toEqual([]);
  });

  it('hears from the watchdog as long as the event loop runs', async () => {
    const environment = {
      NOTIFY_SOCKET: join(directory, 'notify'),
      WATCHDOG_USEC: '20000',
      WATCHDOG_PID: String(process.pid),
    };
    const subject = connectServiceManager('python3', environment, (problem) => problems.push(problem));
    for (let beat = 0; beat < 3; beat++) expect(await next()).toEqual(['WATCHDOG=1']);
    await subject?.close();
  });

  it('hears from the watchdog only as long as everybody answers', async () => {
    const environment = { NOTIFY_SOCKET: join(directory, 'notify'), WATCHDOG_USEC: '20000' };
    const subject = connectServiceManager('python3', environment, (problem) => problems.push(problem));
    let askedCount = 0;
    const allAsked = new Promise<void>((resolve) =>
      subject?.beatWhen(() => {
        askedCount++;
        if (askedCount === 5) resolve();
        return askedCount > 2 ? Promise.reject(new Error('it does not answer')) : Promise.resolve();
      }),
    );
    await allAsked;
    subject?.stopping();
    await subject?.close();
    expect([await next(), await next()]).toEqual([['WATCHDOG=1'], ['WATCHDOG=1']]);
    expect((await next())[0]).toBe('STOPPING=1');
  });

  it('is asked for no watchdog that is meant for another process', async () => {
    const environment = {
      NOTIFY_SOCKET: join(directory, 'notify'),
      WATCHDOG_USEC: '1000',
      WATCHDOG_PID: '1',
    };
    const subject = connectServiceManager('python3', environment, (problem) => problems.push(problem));
    subject?.ready();
    expect((await next())[0]).toBe('READY=1');
    await subject?.close();
  });

  it('is none if the environment names none', () => {
    expect(connectServiceManager('python3', {}, () => {})).toBeNull();
    expect(connectServiceManager('python3', { NOTIFY_SOCKET: 'relative' }, () => {})).toBeNull();
  });

  it('that is not there is told once, and the gateway goes on', async () => {
    const told: string[] = [];
    const environment = { NOTIFY_SOCKET: join(directory, 'missing') };
    const subject = connectServiceManager('python3', environment, (problem) => told.push(problem));
    subject?.ready();
    await subject?.close();
    subject?.stopping();
    await subject?.close();
    expect(told).toEqual([expect.stringMatching(/No such file/)]);
  });

  it('is no business of the workers', () => {
    const environment = { PATH: '/bin', NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '1', WATCHDOG_PID: '2' };
    expect(withoutServiceVariables(environment)).toEqual({ PATH: '/bin' });
  });
});
