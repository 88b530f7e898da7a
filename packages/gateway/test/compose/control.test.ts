// The control socket of a running gateway, through the command line.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { GatewayStatus } from '../../src/control/status.ts';
import { World, type Run } from '../cli/support.ts';
import { RealGateway } from '../helpers/real-gateway.ts';
import { until } from '../helpers/settled.ts';

// `/hold` is answered when somebody connects to a socket and closes it again.
const APPLICATION = `
import os, socket
def application(environ, start_response):
    if environ['PATH_INFO'] == '/hold':
        with socket.socket(socket.AF_UNIX) as gate:
            gate.bind(os.path.join(os.getcwd(), environ['QUERY_STRING']))
            gate.listen()
            gate.accept()
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'done']
`;

let real: RealGateway;

beforeEach(() => {
  real = new RealGateway();
  real.write('app.py', APPLICATION);
});
afterEach(() => real.close());

function control(): string {
  return join(real.directory, 'control.sock');
}

function start(flags: Readonly<Record<string, string>> = {}): Promise<RealGateway> {
  return real.start({ control: `unix:${control()}`, processes: '1', ...flags });
}

function sluice(...words: string[]): Promise<Run> {
  return new World({ directory: real.directory }).run(...words, '--control', control());
}

async function status(): Promise<GatewayStatus> {
  return JSON.parse((await sluice('status', '--json')).stdout) as GatewayStatus;
}

/** Asks for the status until it is as wanted. */
async function statusWhen(isWanted: (status: GatewayStatus) => boolean): Promise<GatewayStatus> {
  for (;;) {
    const now = await status();
    if (isWanted(now)) return now;
  }
}

function runningOf(status: GatewayStatus): string[] {
  return status.pools.flatMap(({ workers }) =>
    workers.flatMap(({ lanes }) => lanes.flatMap(({ running }) => running?.path ?? [])),
  );
}

/** Sends a request that takes until `letGo(name)`, and waits until it runs. */
async function hold(name: string): Promise<{ readonly answer: Promise<readonly [number, string]> }> {
  const answer = real.get(`/hold?${name}`);
  await statusWhen(() => existsSync(join(real.directory, name)));
  return { answer };
}

function letGo(name: string): void {
  const socket = connect(join(real.directory, name), () => socket.destroy());
}

describe('the control socket of a gateway', () => {
  it('is for its user alone, and gone when the gateway is', async () => {
    await start();
    expect(statSync(control()).mode & 0o777).toBe(0o600);
    await real.gateway.stop();
    expect(existsSync(control())).toBe(false);
  });

  it('tells what runs and what waits while everything is taken, without queries', async () => {
    await start({ 'look-ahead': '0' });
    const running = await hold('a');
    const waiting = real.get('/?secret=1');
    const now = await statusWhen(({ pools }) => pools[0]?.queue.length === 1);
    expect(now.pools[0]?.queue.oldestWaitMs).toBeGreaterThanOrEqual(0);
    expect(runningOf(now)).toEqual(['/hold']);
    const { stdout } = await sluice('status');
    expect(stdout).toMatch(/^sluice 0\.0\.0, process \d+, up /);
    expect(stdout).toMatch(
      /pool default: running, 1 processes \(1 configured\), generation 1, 1 of 128 waiting/,
    );
    expect(stdout).toMatch(/^\d+ +1 +ready .* GET \/hold \(#\d+, /m);
    expect(stdout).not.toContain('secret');
    letGo('a');
    expect([(await running.answer)[0], (await waiting)[0]]).toEqual([200, 200]);
    const after = await status();
    expect(after.counts).toEqual({ total: 2, byStatus: { '2xx': 2 }, byOutcome: { complete: 2 } });
    expect(after.pools[0]?.workers[0]).toMatchObject({ servedCount: 2, state: 'ready' });
    expect(after.pools[0]?.workers[0]?.memoryBytes).toBeGreaterThan(1024 * 1024);
  });

  it('shows again what it does until that is stopped, or it ends', async () => {
    await start();
    const world = new World({ directory: real.directory });
    const shown = world.run('top', '--control', control());
    await until('it has been shown twice', () =>
      /requests\/s\nsluice .*\n[^]*pool default/.test(world.stdout),
    );
    world.signals.emit('SIGINT');
    expect(await shown).toMatchObject({ code: 0, stderr: '' });
    const later = new World({ directory: real.directory }).run('top', '--control', control());
    await sluice('stop');
    expect(await later).toMatchObject({ code: 6, stderr: expect.stringContaining(control()) });
  });

  it('reloads, and says why if it cannot', async () => {
    await start();
    expect(await sluice('reload')).toMatchObject({ code: 0, stdout: 'reloaded\n' });
    expect((await status()).pools[0]?.generation).toBe(2);
    real.write('app.py', 'def application(');
    const failed = await sluice('reload');
    expect(failed.code).toBe(3);
    expect(failed.stderr).toMatch(/not reloaded, the old code serves on[\s\S]*SyntaxError/);
    expect(await real.get('/')).toEqual([200, 'done']);
  });

  it('scales a pool up, and down without losing what runs', async () => {
    await start();
    const running = await hold('a');
    expect(await sluice('scale', '3')).toMatchObject({ code: 0, stdout: 'pool default: 3 processes\n' });
    await statusWhen(({ pools }) => pools[0]?.workers.filter(({ state }) => state === 'ready').length === 3);
    await sluice('scale', '1');
    const now = await statusWhen(({ pools }) => pools[0]?.workers.length === 1);
    expect(runningOf(now)).toEqual(['/hold']);
    letGo('a');
    expect((await running.answer)[0]).toBe(200);
  });

  it('refuses a pool that does not exist, and a number that is none', async () => {
    await start();
    expect(await sluice('scale', '2', '--pool', 'other')).toMatchObject({
      code: 6,
      stderr: 'sluice: there is no pool other; there are default\n',
    });
    expect((await sluice('scale', 'many')).code).toBe(2);
    expect((await sluice('scale', '0')).code).toBe(2);
  });

  it('drains: finishes what runs, however long, and then says that it has ended', async () => {
    await start({ 'stop-timeout': '1ms' });
    const running = await hold('a');
    const drained = sluice('drain');
    await statusWhen(({ pools }) => pools[0]?.state === 'draining');
    letGo('a');
    expect((await running.answer)[0]).toBe(200);
    expect(await drained).toMatchObject({ code: 0, stdout: 'stopped\n' });
  });

  it('stops at once if that is asked for', async () => {
    await start();
    const running = await hold('a');
    const broken = running.answer.catch(() => 'cut off');
    expect(await sluice('stop', '--now')).toMatchObject({ code: 0, stdout: 'stopped\n' });
    expect(await broken).not.toEqual([200, 'done']);
  });
});
