import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { findIdentity } from '../../src/cli/check/identity.ts';
import { findObstacles, readPathParts, type PathPart } from '../../src/cli/check/socket-access.ts';
import { directoryWith } from './support.ts';

const www = { name: 'www-data', uid: 33, gids: [33, 100] };

function directory(mode: number, uid = 0, gid = 0): PathPart {
  return { path: '/srv', mode, uid, gid, kind: 'directory' };
}

function socket(mode: number, uid = 0, gid = 0): PathPart {
  return { path: '/srv/a.sock', mode, uid, gid, kind: 'socket' };
}

describe('whether a user can connect to a socket', () => {
  it.each([
    ['others may enter and write', [directory(0o755), socket(0o666)]],
    ['its group may', [directory(0o710, 0, 33), socket(0o660, 0, 100)]],
    ['it owns everything', [directory(0o700, 33), socket(0o600, 33)]],
  ])('yes, where %s', (_name, parts) => {
    expect(findObstacles(parts, www)).toEqual([]);
  });

  it.each([
    ['a directory is closed to others', [directory(0o700), socket(0o666)], 'cannot enter /srv'],
    ['a directory may be read but not entered', [directory(0o744)], 'cannot enter /srv'],
    ['the socket is for its owner', [directory(0o755), socket(0o600)], 'cannot write to /srv/a.sock'],
    ['only reading is allowed', [socket(0o644)], 'cannot write'],
    ['its group may do less than others', [socket(0o606, 0, 33)], 'cannot write'],
    ['the owner may do less than others', [directory(0o077, 33)], 'cannot enter'],
  ])('no, where %s', (_name, parts, text) => {
    expect(findObstacles(parts, www)).toEqual([expect.stringContaining(text)]);
  });

  it('always, for root', () => {
    expect(findObstacles([directory(0), socket(0)], { name: 'root', uid: 0, gids: [0] })).toEqual([]);
  });

  it('is answered from the real path, root first', async () => {
    const path = `${directoryWith({})}/a.sock`;
    const before = readPathParts(path);
    expect(before[0]).toMatchObject({ path: '/', kind: 'directory' });
    expect(before.at(-1)).toMatchObject({ mode: 0o700, uid: process.geteuid?.(), kind: 'directory' });
    const server = createServer().listen(path);
    await once(server, 'listening');
    expect(readPathParts(path).at(-1)).toMatchObject({ path, kind: 'socket' });
    server.close();
  });

  it('knows the users of the system', async () => {
    expect(await findIdentity('root')).toEqual({ name: 'root', uid: 0, gids: expect.arrayContaining([0]) });
    expect(await findIdentity('no-such-user')).toBeNull();
    expect(await findIdentity('--help')).toBeNull();
  });
});
