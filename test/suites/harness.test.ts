// The tests of the tests: a dirty end is a failure.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { TestBed, type Server } from '../harness/bed.ts';
import { RunningProcess } from '../harness/process.ts';
import { descendantsOf } from '../harness/processes.ts';

function serverOf(running: RunningProcess, complaints: readonly string[] = []): Server {
  return {
    name: running.name,
    pid: running.pid,
    hasEnded: false,
    stop: () => running.stop(),
    complaints: () => complaints,
  };
}

function shell(bed: TestBed, script: string): RunningProcess {
  return new RunningProcess({ name: 'sh', command: 'sh', args: ['-c', script], cwd: bed.site.directory });
}

describe('closing a test bed', () => {
  it('succeeds when nothing is left', async () => {
    const bed = new TestBed();
    const running = shell(bed, 'echo up; exec sleep 1000');
    bed.add(serverOf(running));
    await running.line(/up/);
    await expect(bed.close()).resolves.toBeUndefined();
  });

  it('fails for a process that was left behind', async () => {
    const bed = new TestBed(100);
    const running = shell(bed, 'sleep 1000 >/dev/null 2>&1 & echo up; exec sleep 2000');
    bed.add(serverOf(running));
    await running.line(/up/);
    const [orphan] = descendantsOf(running.pid);
    await expect(bed.close()).rejects.toThrow(/left behind: \d+ sleep 1000/);
    if (orphan) process.kill(orphan.pid, 'SIGKILL');
  });

  it('fails for a line in a log that nobody expected', async () => {
    const bed = new TestBed();
    bed.add(serverOf(shell(bed, 'exec sleep 1000'), ['something broke']));
    await expect(bed.close()).rejects.toThrow(/sh logged: something broke/);
  });

  it('fails for a socket file and for a spool file', async () => {
    const bed = new TestBed();
    const server = createServer().listen(bed.site.path('forgotten'));
    await once(server, 'listening');
    bed.site.makeDirectory('spool');
    bed.site.write('spool/body', 'x');
    await expect(bed.close()).rejects.toThrow(/left behind: forgotten[^]*left behind: spool\/body/);
    server.close();
  });
});

describe('a run of tests', () => {
  const reporter = new URL('../../tools/jest-preset/ending-reporter.mjs', import.meta.url);

  function end(left: string): { readonly status: number | null; readonly stderr: string } {
    const script = `
      import Reporter from ${JSON.stringify(reporter.href)};
      const reporter = new Reporter({ watch: false, watchAll: false }, { endsWithinMs: 50 });
      ${left}
      reporter.onRunComplete();`;
    return spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
  }

  it('ends, and says why, when a test that failed has left an interval', () => {
    expect(end('setInterval(() => {}, 1000);')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('left running: 1 Timeout\n'),
    });
  });

  it('ends by itself when nothing is left', () => {
    expect(end('')).toMatchObject({ status: 0, stderr: '' });
  });
});
