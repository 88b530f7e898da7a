import { describe, expect, it } from '@jest/globals';
import {
  existsSync,
  lstatSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { openListener } from '../../src/listen/open-listener.ts';
import { ask, endProcess, greetingServer, listenOn, otherProcess, temporaryDirectory } from './support.ts';

const isRoot = process.geteuid?.() === 0;

function socketPath(): string {
  return `${temporaryDirectory()}/app.sock`;
}

describe('a listener on a Unix socket', () => {
  it('accepts connections, and leaves no file when it is closed', async () => {
    const path = socketPath();
    const listener = await openListener(listenOn({ kind: 'unix', path }), greetingServer());
    expect(listener).toMatchObject({ protocol: 'http', address: `unix:${path}`, url: null });
    expect(await ask({ path })).toBe('hello');
    listener.close();
    listener.close();
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    [{}, 0o600],
    [{ mode: 0o666 }, 0o666],
    [{ group: String(process.getegid?.()) }, 0o660],
    [{ mode: 0o640, group: String(process.getegid?.()) }, 0o640],
  ])('with %j has its mode as soon as it listens', async (changes, mode) => {
    const path = socketPath();
    const umask = process.umask();
    const server = greetingServer();
    const seen: number[] = [];
    server.on('listening', () => seen.push(statSync(path).mode & 0o777));
    await openListener(listenOn({ kind: 'unix', path }, changes), server);
    expect(seen).toEqual([mode]);
    expect(process.umask()).toBe(umask);
  });

  it(isRoot ? 'gives the file to its owner and group' : 'says who may give the file away', async () => {
    const path = socketPath();
    const opening = openListener(
      listenOn({ kind: 'unix', path }, { owner: '1', group: '2' }),
      greetingServer(),
    );
    if (isRoot) {
      await opening;
      expect(statSync(path)).toMatchObject({ uid: 1, gid: 2 });
    } else {
      await expect(opening).rejects.toMatchObject({ code: 'SLUICE_LISTEN_FORBIDDEN', message: /root/ });
      expect(existsSync(path)).toBe(false);
    }
  });

  it('replaces the socket of a process that was killed', async () => {
    const path = socketPath();
    const { child } = await otherProcess(path);
    await endProcess(child);
    expect(lstatSync(path).isSocket()).toBe(true);
    await openListener(listenOn({ kind: 'unix', path }), greetingServer());
    expect(await ask({ path })).toBe('hello');
  });

  it('names the process that has the socket, and leaves it alone', async () => {
    const path = socketPath();
    const { child } = await otherProcess(path);
    const inode = lstatSync(path).ino;
    await expect(openListener(listenOn({ kind: 'unix', path }), greetingServer())).rejects.toMatchObject({
      code: 'SLUICE_LISTEN_IN_USE',
      message: expect.stringContaining(`process ${child.pid} (${process.execPath} -e`),
    });
    expect(lstatSync(path).ino).toBe(inode);
    expect(child.exitCode).toBeNull();
  });

  it('refuses to touch a file that is not a socket', async () => {
    const path = socketPath();
    writeFileSync(path, 'precious');
    const opening = openListener(listenOn({ kind: 'unix', path }), greetingServer());
    await expect(opening).rejects.toMatchObject({ code: 'SLUICE_LISTEN_NOT_A_SOCKET' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('refuses to follow a link', async () => {
    const path = socketPath();
    symlinkSync('/dev/null', path);
    const opening = openListener(listenOn({ kind: 'unix', path }), greetingServer());
    await expect(opening).rejects.toMatchObject({ code: 'SLUICE_LISTEN_NOT_A_SOCKET' });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it('leaves the socket of the next gateway in place when it is closed', async () => {
    const path = socketPath();
    const old = await openListener(listenOn({ kind: 'unix', path }), createServer());
    renameSync(path, `${path}.old`);
    await openListener(listenOn({ kind: 'unix', path }), greetingServer());
    old.close();
    expect(await ask({ path })).toBe('hello');
    unlinkSync(`${path}.old`);
  });

  it('closes quietly when its file is gone', async () => {
    const path = socketPath();
    const listener = await openListener(listenOn({ kind: 'unix', path }), greetingServer());
    unlinkSync(path);
    listener.close();
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    [
      'a directory that does not exist',
      (path: string) => `${path}/none/app.sock`,
      'SLUICE_LISTEN_NO_DIRECTORY',
    ],
    [
      'a path that is too long',
      (path: string) => `${path}/${'x'.repeat(100)}`,
      'SLUICE_LISTEN_PATH_TOO_LONG',
    ],
  ])('explains %s', async (_name, pathIn, code) => {
    const path = pathIn(temporaryDirectory());
    await expect(openListener(listenOn({ kind: 'unix', path }), greetingServer())).rejects.toMatchObject({
      code,
      address: `unix:${path}`,
    });
  });

  it.each(['user', 'group'])('explains an unknown %s before it touches anything', async (kind) => {
    const path = socketPath();
    const changes = kind === 'user' ? { owner: 'no-such-account' } : { group: 'no-such-account' };
    await expect(
      openListener(listenOn({ kind: 'unix', path }, changes), greetingServer()),
    ).rejects.toMatchObject({
      code: 'SLUICE_LISTEN_ACCOUNT',
      message: expect.stringContaining(`no ${kind} "no-such-account"`),
    });
    expect(existsSync(path)).toBe(false);
  });
});
