import { describe, expect, it } from '@jest/globals';
import { becomeUser, findAccount, type IdentitySystem } from '../../src/service/identity.ts';

/** A system that remembers the calls; `isLoose` lets root be had back. */
class FakeSystem implements IdentitySystem {
  readonly calls: string[] = [];
  uid: number;
  gid: number;
  isLoose = false;
  isDeaf = false;

  constructor(uid: number, gid: number) {
    this.uid = uid;
    this.gid = gid;
  }

  readonly getuid = (): number => this.uid;
  readonly geteuid = (): number => this.uid;
  readonly getgid = (): number => this.gid;
  readonly getegid = (): number => this.gid;
  readonly initgroups = (user: string, extraGroup: number): void => {
    this.calls.push(`initgroups ${user} ${extraGroup}`);
  };
  readonly setgid = (id: number): void => {
    this.calls.push(`setgid ${id}`);
    this.gid = id;
  };
  readonly setuid = (id: number): void => {
    this.calls.push(`setuid ${id}`);
    if (this.uid !== 0 && !this.isLoose) throw new Error('EPERM');
    if (!this.isDeaf) this.uid = id;
  };
}

const account = { name: 'site', uid: 33, gid: 34 };

describe('giving up root', () => {
  it('takes the groups first, then the user, and makes sure that there is no way back', () => {
    const system = new FakeSystem(0, 0);
    becomeUser(account, system);
    expect(system.calls).toEqual(['initgroups site 34', 'setgid 34', 'setuid 33', 'setuid 0']);
    expect([system.uid, system.gid]).toEqual([33, 34]);
  });

  it('is no work for who is that user already', () => {
    const system = new FakeSystem(33, 34);
    becomeUser(account, system);
    expect(system.calls).toEqual([]);
  });

  it('is refused to others', () => {
    expect(() => becomeUser(account, new FakeSystem(1000, 1000))).toThrow('only root may become user "site"');
  });

  it('fails if root is still there, or can be had back', () => {
    const loose = new FakeSystem(0, 0);
    loose.isLoose = true;
    expect(() => becomeUser(account, loose)).toThrow(/has not been given up/);
    const deaf = new FakeSystem(0, 0);
    deaf.isDeaf = true;
    expect(() => becomeUser(account, deaf)).toThrow(/has not been given up/);
  });
});

describe('an account', () => {
  it('is found by name and by number, with its group or another', () => {
    const root = { name: 'root', uid: 0, gid: 0 };
    expect(findAccount('root', null)).toEqual(root);
    expect(findAccount('0', 'root')).toEqual(root);
  });

  it('that does not exist is named', () => {
    expect(() => findAccount('no-such-user', null)).toThrow('there is no user "no-such-user"');
    expect(() => findAccount('root', 'no-such-group')).toThrow('there is no group "no-such-group"');
  });
});
