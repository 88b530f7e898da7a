// The control socket over a real Unix socket, with a target that only remembers.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askControl, ControlError } from '../../src/control/client.ts';
import { REQUEST_BYTES_MAX, type ControlRequest } from '../../src/control/protocol.ts';
import { ControlServer } from '../../src/control/server.ts';

let directory = '';
let path = '';
let subject: ControlServer;
let asked: ControlRequest['command'][] = [];
let release: () => void = () => {};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-control-'));
  path = join(directory, 'control.sock');
  asked = [];
  subject = new ControlServer({
    run: async ({ command }) => {
      asked.push(command);
      if (command === 'scale') throw new Error('there is no pool x');
      if (command === 'reload') await new Promise<void>((resolve) => (release = resolve));
      return [];
    },
    trace: () => Promise.reject(new Error('nothing happens here')),
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

/** Everything the server says until it closes the connection. */
async function conversation(socket: Socket): Promise<string[]> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return text.split('\n').filter((line) => line !== '');
}

describe('the control socket', () => {
  it('answers with what the command results in, or why it does not', async () => {
    const { result, close } = await askControl(path, { command: 'status' });
    close();
    expect(result).toEqual([]);
    const scaling = askControl(path, { command: 'scale', pool: 'x', processes: { min: 1, max: 1 } });
    await expect(scaling).rejects.toThrow(new ControlError('there is no pool x'));
  });

  it('answers one client while a command of another takes its time', async () => {
    const reloading = askControl(path, { command: 'reload' });
    (await askControl(path, { command: 'status' })).close();
    expect(asked).toContain('status');
    while (!asked.includes('reload')) (await askControl(path, { command: 'status' })).close();
    release();
    (await reloading).close();
  });

  it('answers several requests of a connection in order, however they are cut', async () => {
    const socket = connect(path);
    const lines = conversation(socket);
    const requests = '{"version":1,"command":"status"}\nnonsense\n{"version":1,"command":"drain"}\n';
    for (const character of requests) socket.write(character);
    socket.end();
    const answers = (await lines).map((line) => JSON.parse(line) as unknown);
    expect(answers).toEqual([
      { version: 1, ok: true, result: [] },
      { version: 1, ok: false, error: 'it is not JSON' },
      { version: 1, ok: true, result: [] },
    ]);
  });

  it('refuses a request that does not end', async () => {
    const socket = connect(path);
    socket.on('error', () => {});
    const lines = conversation(socket);
    socket.write('x'.repeat(REQUEST_BYTES_MAX + 1));
    expect((await lines)[0]).toMatch(/at most 65536 bytes/);
  });

  it('does what was asked also when the client has gone before the answer', async () => {
    const socket = connect(path);
    socket.write('{"version":1,"command":"reload"}\n');
    while (!asked.includes('reload')) (await askControl(path, { command: 'status' })).close();
    socket.destroy();
    release();
    const { close } = await askControl(path, { command: 'status' });
    close();
  });

  it('lets clients see the end of the gateway by the end of the connection', async () => {
    const { closed } = await askControl(path, { command: 'stop', isNow: false });
    subject.disconnect();
    await closed;
  });

  it('that nobody serves is told apart from one that is not there', async () => {
    const missing = askControl(join(directory, 'other.sock'), { command: 'status' });
    await expect(missing).rejects.toThrow(/other\.sock: there is no such socket/);
  });
});
