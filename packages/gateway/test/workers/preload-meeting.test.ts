// Where forked workers open their channels: who is let in, and what becomes of everybody else.
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { encodeFrame, FRAME } from '../../src/backends/workers/frames.ts';
import { Meeting } from '../../src/backends/workers/preload/meeting.ts';
import { closed, until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';
import { everySplit } from '../helpers/splits.ts';
import { bytesOf, wireVectors, wordsOfWorkers } from '../helpers/wire-vectors.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';

interface Guest {
  readonly token: string;
  readonly number: number;
  readonly socket: Socket;
  rest: string;
}

const temporary = new Temporary();
afterAll(() => temporary.remove());

let meeting: Meeting;
let guests: Guest[] = [];
const open: Socket[] = [];

function hold(isWelcome: (token: string) => boolean = () => true): void {
  guests = [];
  const failed = (error: Error): never => {
    throw error;
  };
  meeting = new Meeting((token, number, socket, rest) => {
    if (!isWelcome(token)) return false;
    const guest: Guest = { token, number, socket, rest: rest.toString() };
    socket.on('data', (chunk: Buffer) => (guest.rest += chunk.toString()));
    guests.push(guest);
    return true;
  }, failed);
}

async function visit(chunks: readonly Buffer[]): Promise<Socket> {
  const socket = connect(meeting.path);
  open.push(socket);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  for (const chunk of chunks) socket.write(chunk);
  return socket;
}

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
  for (const { socket } of guests) socket.destroy();
  meeting.close();
});

const [[, hello] = []] = wordsOfWorkers(wireVectors.valid, 'meeting');
if (!hello) throw new Error('there is no vector for HELLO');

describe('a meeting', () => {
  it('is in a directory that nobody else can enter, and is gone when it is over', () => {
    hold();
    const directory = dirname(meeting.path);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    meeting.close();
    expect(existsSync(directory)).toBe(false);
  });

  it('knows a channel by its first frame, however that is cut, and hands on what follows', async () => {
    hold();
    const ways = [...everySplit(Buffer.concat([bytesOf(hello), Buffer.from('more')]))];
    for (const chunks of ways) await visit(chunks);
    await until('all have been let in', () => guests.length === ways.length);
    await until('the rest has come', () => guests.every(({ rest }) => rest === 'more'));
    for (const { token, number } of guests) expect([token, number]).toEqual([hello.token, hello.frame.tag]);
  });

  it.each(wordsOfWorkers(wireVectors.invalid, 'meeting'))(
    'closes a channel that begins with: %s',
    async (_name, vector) => {
      hold();
      const socket = await visit([bytesOf(vector), Buffer.alloc(40)]);
      await closed(socket);
      expect(guests).toEqual([]);
    },
  );

  it('closes a channel whose token is not known', async () => {
    hold((token) => token !== TOKEN);
    const socket = await visit([encodeFrame(FRAME.hello, 0, 0, Buffer.from(TOKEN))]);
    await closed(socket);
    expect(guests).toEqual([]);
  });

  it('lets go of those who have said nothing when it is over', async () => {
    hold();
    const socket = await visit([]);
    const isClosed = closed(socket);
    await until('it has been noticed', () => socket.readyState === 'open');
    meeting.close();
    await isClosed;
    hold();
  });

  it('says so if the path would be too long for a socket, and leaves nothing there', () => {
    hold();
    const parent = join(temporary.directory(), 'x'.repeat(120));
    mkdirSync(parent);
    expect(
      () =>
        new Meeting(
          () => false,
          () => {},
          parent,
        ),
    ).toThrow(/too long for a Unix socket; set TMPDIR/);
    expect(readdirSync(parent)).toEqual([]);
  });
});
