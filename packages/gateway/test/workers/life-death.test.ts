import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { describeExit } from '../../src/backends/workers/cause-of-death.ts';
import { oomKillCount } from '../../src/backends/workers/oom.ts';

const unseen = { before: null, after: null };

function files(entries: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => {
    const text = entries[path];
    if (text === undefined) throw new Error('ENOENT');
    return text;
  };
}

describe('how a worker ended', () => {
  it.each([
    [{ code: null, signal: 'SIGSEGV' }, 'was ended by signal SIGSEGV'],
    [{ code: 0, signal: null }, 'exited with status 0, although nobody had asked it to'],
    [{ code: 5, signal: null }, 'exited with status 5, because of an error in the worker'],
    [{ code: 77, signal: null }, 'exited with status 77'],
    [{ code: null, signal: 'SIGABRT' }, 'native code gave up'],
    [{ code: null, signal: null }, 'the system does not say how'],
  ] as const)('is told apart: %j', (exit, words) => {
    expect(describeExit(exit, unseen)).toContain(words);
  });

  it('is said to be for want of memory only where the kernel counts it', () => {
    const killed = { code: null, signal: 'SIGKILL' } as const;
    expect(describeExit(killed, { before: 2, after: 3 })).toContain(
      '1 process was killed for want of memory',
    );
    expect(describeExit(killed, { before: 2, after: 4 })).toContain('2 processes were killed');
    expect(describeExit(killed, { before: 2, after: 2 })).toContain('somebody else sent it');
    expect(describeExit(killed, { before: 2, after: null })).toContain('cannot be seen');
  });

  it('uses the statuses that the worker has', () => {
    const text = readFileSync(new URL('../../../../python/src/sluice/_exits.py', import.meta.url), 'utf8');
    const statuses = [...text.matchAll(/^EXIT_\w+ = (\d+)$/gm)].map(([, status]) => Number(status));
    expect(statuses.length).toBeGreaterThan(3);
    for (const code of statuses) {
      expect(describeExit({ code, signal: null }, unseen)).toMatch(/^exited with status \d, because/);
    }
  });
});

describe('the count of kills for want of memory', () => {
  it('is that of our control group', () => {
    const read = files({
      '/proc/self/cgroup': '0::/system.slice/site.service\n',
      '/sys/fs/cgroup/system.slice/site.service/memory.events':
        'low 0\noom 4\noom_kill 3\noom_group_kill 0\n',
      '/sys/fs/cgroup/memory.events': 'oom_kill 9\n',
    });
    expect(oomKillCount(read)).toBe(3);
  });

  it('is found where a container has its group as the root, and in version 1', () => {
    const container = files({
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/memory.events': 'oom_kill 2\n',
    });
    expect(oomKillCount(container)).toBe(2);
    const old = files({
      '/proc/self/cgroup': '5:cpu,cpuacct:/a\n4:memory:/a/b\n',
      '/sys/fs/cgroup/memory/a/b/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 7\n',
    });
    expect(oomKillCount(old)).toBe(7);
  });

  it('is null where nothing can be read', () => {
    expect(oomKillCount(files({}))).toBeNull();
  });
});
