// Traces over a real control socket: events until one of the sides closes it.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askControl, ControlError, followControl, type Followed } from '../../src/control/client.ts';
import { UNSENT_MAX, type Outbox } from '../../src/control/outbox.ts';
import type { TraceRequest } from '../../src/control/protocol.ts';
import { ControlServer } from '../../src/control/server.ts';
import type { TraceFilter } from '../../src/control/trace-event.ts';
import { until } from '../helpers/settled.ts';

const ALL: TraceRequest = { command: 'trace', path: null, slowerThanMs: 0, status: [] };

interface Trace {
  readonly filter: TraceFilter;
  readonly outbox: Outbox;
  isOver: boolean;
}

let directory = '';
let path = '';
let subject: ControlServer;
let traces: Trace[] = [];
/** What a trace waits for before it begins. */
let ready: Promise<unknown> = Promise.resolve();

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-trace-'));
  path = join(directory, 'control.sock');
  traces = [];
  ready = Promise.resolve();
  subject = new ControlServer({
    run: async () => null,
    trace: async (filter, outbox) => {
      const trace: Trace = { filter, outbox, isOver: false };
      traces.push(trace);
      await ready;
      return () => (trace.isOver = true);
    },
  });
  subject.server.listen(path);
  await once(subject.server, 'listening');
});
afterEach(async () => {
  subject.server.close();
  subject.disconnect();
  await once(subject.server, 'close');
  rmSync(directory, { recursive: true });
});

function tell(...lines: string[]): void {
  for (const { outbox } of traces) for (const line of lines) outbox.add(1, () => `${line}\n`);
}

/** A trace and the lines of it that have come. */
async function follow(request = ALL): Promise<Followed & { readonly lines: string[] }> {
  const lines: string[] = [];
  const followed = await followControl(path, request);
  followed.follow((line) => lines.push(line));
  return { ...followed, lines };
}

/** A client that asks for a trace and reads no more than the answer. */
async function lazyClient(): Promise<Socket> {
  const socket = connect(path);
  socket.write('{"version":1,"command":"trace"}\n');
  await once(socket, 'readable');
  return socket;
}

describe('a trace', () => {
  it('is answered, and then told of events, by the filter it was asked with', async () => {
    const { lines, close } = await follow({ ...ALL, path: '/a', status: ['5xx'] });
    expect(traces[0]?.filter).toEqual({ path: '/a', slowerThanMs: 0, status: ['5xx'] });
    tell('one', 'two');
    await until('both have come', () => lines.length === 2);
    expect(lines).toEqual(['one', 'two']);
    close();
  });

  it('loses no event that comes before the answer', async () => {
    let begin = (): void => {};
    ready = new Promise<void>((resolve) => (begin = resolve));
    const following = follow();
    await until('it is asked for', () => traces.length === 1);
    tell('early');
    (await askControl(path, { command: 'status' })).close();
    begin();
    const { lines, close } = await following;
    await until('it has come', () => lines.length === 1);
    close();
  });

  it('ends when its client goes', async () => {
    const { close } = await follow();
    expect(traces[0]?.isOver).toBe(false);
    close();
    await until('it is over', () => traces[0]?.isOver === true);
  });

  it('ends when its client goes before it has begun', async () => {
    let begin = (): void => {};
    ready = new Promise<void>((resolve) => (begin = resolve));
    const socket = connect(path);
    socket.write('{"version":1,"command":"trace"}\n');
    await until('it is asked for', () => traces.length === 1);
    socket.destroy();
    begin();
    await until('it is over', () => traces[0]?.isOver === true);
  });

  it('keeps little for a client that does not read, and tells how much it has missed', async () => {
    const socket = await lazyClient();
    const line = 'x'.repeat(UNSENT_MAX / 4);
    for (let count = 0; count < 40; count++) {
      tell(line);
      await new Promise((resolve) => setImmediate(resolve));
    }
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)));
    await until('it is told', () => text.includes('missed'));
    const shown = text.split('\n').filter((each) => each === line).length;
    const missed = Number(/"missed":(\d+)/.exec(text)?.[1]);
    expect(shown + missed).toBe(40);
    expect(shown).toBeLessThan(20);
    socket.destroy();
  });

  it('does not stand in the way of other commands', async () => {
    const { close } = await follow();
    (await askControl(path, { command: 'status' })).close();
    close();
  });

  it('takes nothing more on its connection', async () => {
    const socket = await lazyClient();
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)));
    socket.write('nonsense\n{"version":1,"command":"status"}\n');
    (await askControl(path, { command: 'status' })).close();
    tell('event');
    await until('the event has come', () => text.includes('event'));
    expect(text).toBe('{"version":1,"ok":true,"result":null}\nevent\n');
    socket.destroy();
  });

  it('is refused where there are too many, so that other commands get through', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => follow()));
    await expect(follow()).rejects.toThrow(new ControlError('there are 8 traces already'));
    all[0]?.close();
    await until('it is over', () => traces[0]?.isOver === true);
    all.push(await follow());
    for (const { close } of all) close();
  });

  it('that cannot begin is refused with the reason', async () => {
    ready = Promise.reject(new Error('not yet'));
    ready.catch(() => {});
    await expect(follow()).rejects.toThrow(new ControlError('not yet'));
    ready = Promise.resolve();
    (await follow()).close();
  });

  it('has the last events when the gateway ends, and its client sees that end', async () => {
    const { lines, closed } = await follow();
    tell('last');
    subject.disconnect();
    await closed;
    expect([lines, traces[0]?.isOver]).toEqual([['last'], true]);
  });
});

it.each([
  ['of today', '✖ there is no such command here\n  → at command'],
  ['of yesterday', "✖ Invalid discriminator value. Expected 'status' | 'stop'\n  → at command"],
])('a gateway that does not know a command, one %s, is said to be older', async (_age, error) => {
  const old = createServer((socket) =>
    socket.once('data', () => socket.write(`${JSON.stringify({ version: 1, ok: false, error })}\n`)),
  );
  const place = join(directory, 'old.sock');
  old.listen(place);
  await once(old, 'listening');
  await expect(followControl(place, ALL)).rejects.toThrow(
    /old\.sock: the gateway that runs there is older than this command and does not know "trace"; start it again/,
  );
  old.close();
  await once(old, 'close');
});
