// An application that is at the other end of a descriptor: what it can be told, and what comes too late.
import { describe, expect, it } from '@jest/globals';
import { attachedDescriptor } from '../../src/config/applications.ts';
import { problemsOf } from './support.ts';

describe('an application behind a descriptor', () => {
  it.each([
    ['fd:3', 3],
    ['fd:0', 0],
    ['fd:', null],
    ['fd:x', null],
    ['fd:-1', null],
    ['mysite:fd', null],
  ])('is %s: %s', (target, fd) => {
    expect(attachedDescriptor(target)).toBe(fd);
  });

  it('needs nothing else', () => {
    expect(problemsOf({ flags: { target: 'fd:3', threads: '4', processes: '1-8' } })).toEqual([]);
  });

  it.each([
    ['user', 'www-data', 'app.user'],
    ['umask', '0027', 'app.umask'],
    ['python', '/usr/bin/python3', 'app.python'],
    ['env', ['A=b'], 'app.environment'],
    ['rlimit-nofile', '4096', 'app.rlimits.nofile'],
    ['reload', true, 'app.reload'],
    ['preload', true, 'pool.default.preload'],
  ])('is there already, so --%s comes too late', (flag, value, key) => {
    expect(problemsOf({ flags: { target: 'fd:3', [flag]: value } })).toEqual([
      `--${flag}: ${key}: the application of fd:3 runs in a process that has been started already`,
    ]);
  });

  it('has one pool', () => {
    const toml = '[pool.other]\nprocesses = 1\n\n[pool.third]\ntarget = "fd:4"\n';
    expect(problemsOf({ toml, flags: { target: 'fd:3' } })).toEqual([
      expect.stringContaining('pool.third.target: only app.target can be a descriptor'),
      expect.stringContaining('pool.other.target: the application of fd:3 runs in one pool'),
    ]);
  });
});
