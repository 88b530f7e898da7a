// A gateway process seen from outside: what it is asked, what it answers, and how it ends. The process is a stand-in.
import { expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { load } from '../config/support.ts';
import { Member, type MemberEvents, type MemberProcess } from '../../src/gateways/member.ts';
import type { Handle } from '../../src/sockets/native.ts';
import type { StartMessage, ToGateway } from '../../src/gateways/messages.ts';

const { config } = load({ flags: { target: 'app:application' } });
const START: StartMessage = {
  kind: 'start',
  number: 1,
  config,
  python: 'python3',
  pythons: new Map(),
  environment: {},
  release: '0',
  descriptors: [4],
  logDescriptor: null,
};

class StandIn extends EventEmitter {
  readonly pid = 4711;
  connected = true;
  readonly heard: ToGateway[] = [];
  readonly signals: (number | NodeJS.Signals | undefined)[] = [];

  send(message: ToGateway): void {
    this.heard.push(message);
  }

  kill(signal?: number | NodeJS.Signals): boolean {
    this.signals.push(signal);
    return true;
  }
}

function bench() {
  const process = new StandIn();
  const told: unknown[] = [];
  const events: MemberEvents = {
    ready: (unserved) => told.push(['ready', unserved]),
    connections: (count) => told.push(['connections', count]),
    traced: (traced) => told.push(traced),
    passedOn: (listener) => told.push(['passed on', listener]),
    ended: (reason, failure) => told.push(['ended', reason, failure]),
  };
  // A stand-in has what is used of a child process.
  const member = new Member(process as unknown as MemberProcess, START, events);
  return { process, told, member };
}

it('tells it first of all what to serve', () => {
  expect(bench().process.heard).toEqual([START]);
});

it('matches answers with questions, in whatever order they come', async () => {
  const { process, member } = bench();
  const ping = member.ask({ command: 'ping' }, null);
  const reload = member.ask({ command: 'reload', reason: 'test' }, null);
  const reports = [{ pool: 'default', reason: null, detail: '' }];
  process.emit('message', { kind: 'answer', id: 2, result: reports });
  process.emit('message', { kind: 'answer', id: 1, result: null });
  expect([await ping, await reload]).toEqual([null, reports]);
});

it('hands on what it tells of requests', () => {
  const { process, told } = bench();
  const traced = { kind: 'traced', id: 1, lines: 'a\n', count: 1 };
  process.emit('message', traced);
  expect(told).toEqual([traced]);
});

it('passes a refusal on', async () => {
  const { process, member } = bench();
  const asked = member.ask({ command: 'status' }, null);
  process.emit('message', { kind: 'refusal', id: 1, reason: 'not now' });
  await expect(asked).rejects.toThrow('not now');
});

it('does not wait longer than it was told to', async () => {
  await expect(bench().member.ask({ command: 'ping' }, 1)).rejects.toThrow('it does not answer');
});

it('tells whoever waits for an answer how it ended, and why it could not start', async () => {
  const { process, told, member } = bench();
  const asked = member.ask({ command: 'ping' }, null);
  const failure = { kind: 'other', message: 'no' } as const;
  process.emit('message', { kind: 'failed', failure });
  process.emit('exit', 1, null);
  await expect(asked).rejects.toThrow('it exited with status 1');
  await member.ended;
  expect(told).toEqual([['ended', 'exited with status 1', failure]]);
});

it('is killed if it does not end in time', async () => {
  const { process, member } = bench();
  const killed = new Promise<void>((resolve) => {
    process.kill = (signal) => {
      process.signals.push(signal);
      process.emit('exit', null, signal);
      resolve();
      return true;
    };
  });
  const stopped = member.stop(false, 1);
  await Promise.all([killed, stopped]);
  expect(process.heard.at(-1)).toEqual({ kind: 'stop', isPatient: false });
  expect(process.signals).toEqual(['SIGKILL']);
});

it('has what was on its way to it passed on to another when it ends, and closes what has arrived', () => {
  const { process, told, member } = bench();
  const closed: string[] = [];
  const arrivals: (() => void)[] = [];
  process.send = (message: ToGateway, ...rest: unknown[]) => {
    if (message.kind === 'connection') arrivals.push(rest.at(-1) as () => void);
  };
  // Nothing but `close` is used of a handle.
  const handleOf = (name: string): Handle => ({ close: () => closed.push(name) }) as unknown as Handle;
  member.give(0, handleOf('arrived'));
  member.give(1, handleOf('waiting'));
  arrivals[0]?.();
  expect(closed).toEqual(['arrived']);
  process.emit('exit', null, 'SIGKILL');
  expect(told).toEqual([
    ['ended', 'was ended by signal SIGKILL', null],
    ['passed on', 1],
  ]);
  arrivals[1]?.();
  expect(closed).toEqual(['arrived']);
});
