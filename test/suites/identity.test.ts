// Who workers are and what they may do: user, groups, umask, limits. Only root can change the user.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { withBed } from '../harness/bed.ts';
import { exchange, text } from '../harness/http.ts';
import { APPS, spawnGateway } from '../harness/gateway.ts';
import { defaultPython } from '../harness/python.ts';
import { describeUnless } from '../harness/require.ts';
import { directHttp } from '../paths/direct-http.ts';
import { openFront } from '../paths/path.ts';

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

function fields(database: string): string[][] {
  const { stdout } = spawnSync('getent', [database], { encoding: 'utf8' });
  return (stdout ?? '').split('\n').map((line) => line.split(':'));
}

/** An account with supplementary groups, better than one without, that can run Python and read the applications. */
function findAccount(): Account | undefined {
  const members = fields('group').flatMap(([, , , names = '']) => names.split(','));
  const names = [...members.filter((name) => name !== '' && name !== 'root'), 'www-data', 'nobody'];
  return names.flatMap((name) => readAccount(name) ?? []).find(canServe);
}

function readAccount(name: string): Account | undefined {
  const [, , uid, gid] = fields('passwd').find(([each]) => each === name) ?? [];
  if (uid === undefined) return undefined;
  const groups = execFileSync('id', ['-G', name], { encoding: 'utf8' }).trim().split(' ').map(Number);
  return { name, uid: Number(uid), gid: Number(gid), groups: groups.toSorted((a, b) => a - b) };
}

function canServe({ uid, gid }: Account): boolean {
  if (!isRoot) return false;
  return spawnSync(defaultPython(), ['-c', 'import behaviours'], { uid, gid, cwd: APPS }).status === 0;
}

const isRoot = process.getuid?.() === 0;
const account = findAccount();
const notRoot = isRoot ? null : 'only root can change the user';
const noAccount = account === undefined ? 'no other user can read the applications' : null;

const WAYS = [
  { way: 'as usual', app: [], pool: [] },
  { way: 'preloaded', app: [], pool: ['preload = true'] },
  { way: 'as several processes', app: ['gateways = 2'], pool: [] },
];

for (const { way, app, pool } of WAYS) {
  describeUnless(notRoot ?? noAccount, `a gateway that becomes another user, ${way}`, () => {
    it('has workers with its groups, its umask and its limits, and no way back', () =>
      withBed(async (bed) => {
        const { name, uid, gid, groups } = account ?? unreachable();
        chmodSync(bed.site.directory, 0o755);
        const directory = bed.site.makeDirectory('drop');
        chmodSync(directory, 0o777);
        const front = await openFront(directHttp, bed, {
          app: [`user = "${name}"`, 'umask = "0027"', 'rlimits = { nofile = 321, core = "0B" }', ...app],
          pool,
        });
        const response = await exchange(front.address, {
          target: `/rights?directory=${encodeURIComponent(directory)}`,
        });
        expect(JSON.parse(text(response))).toEqual({
          users: [uid, uid, uid],
          group: gid,
          groups,
          file: { mode: '0o640', uid, gid },
          nofile: [321, 321],
          core: [0, 0],
        });
      }));
  });
}

describeUnless(notRoot, 'a gateway whose user there is not', () => {
  it('does not start', () =>
    withBed(async (bed) => {
      const listen = [{ protocol: 'http', address: `127.0.0.1:${await bed.reservePort()}` }] as const;
      const app = ['user = "nobody-of-this-name"'];
      const gateway = spawnGateway(bed, { listen, app, expectedLog: [/there is no user/] });
      expect((await gateway.process.exited).code).toBe(2);
    }));
});

function unreachable(): never {
  throw new Error('the suite is skipped without an account');
}
