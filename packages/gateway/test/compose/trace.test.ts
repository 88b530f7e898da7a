// `sluice trace` of a running gateway: who served what, how long each part took, and until when it is told.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TraceEvent } from '../../src/control/trace-event.ts';
import { World, type Run } from '../cli/support.ts';
import { RealGateway } from '../helpers/real-gateway.ts';
import { until } from '../helpers/settled.ts';

const APPLICATION = `
import os
def application(environ, start_response):
    environ['wsgi.input'].read()
    if environ['PATH_INFO'] == '/broken':
        raise RuntimeError('broken')
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [str(os.getpid()).encode()]
`;

let real: RealGateway;

beforeEach(() => {
  real = new RealGateway();
  real.write('app.py', APPLICATION);
});
afterEach(() => real.close());

function control(): string {
  return join(real.directory, 'control.sock');
}

/** A trace that runs until it is stopped. */
class Trace {
  readonly world = new World({ directory: real.directory });
  readonly ended: Promise<Run>;

  constructor(...words: string[]) {
    this.ended = this.world.run('trace', '--control', control(), ...words);
  }

  get lines(): string[] {
    return this.world.stdout.split('\n').slice(0, -1);
  }

  async begun(): Promise<this> {
    await until('it has begun', () => this.world.stdout.startsWith('TIME'));
    return this;
  }

  stop(): Promise<Run> {
    this.world.signals.emit('SIGINT');
    return this.ended;
  }
}

describe('a trace of a gateway', () => {
  it('has a line for each request, with the worker that ran it, until it is stopped', async () => {
    await real.start({ control: `unix:${control()}`, processes: '1' });
    const trace = await new Trace().begun();
    const [, pid] = await real.get('/a?token=secret');
    await real.get('/broken');
    await until('both are told', () => trace.lines.length === 3);
    const { code, stdout, stderr } = await trace.stop();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('secret');
    const [, first, second] = stdout.split('\n');
    expect(first).toMatch(new RegExp(`  200 .*  http     pool:default ${pid} +GET /a$`));
    expect(second).toMatch(
      /  500 .* GET \/broken \(SLUICE_APPLICATION_FAILED: the application raised an exception\)$/,
    );
    await real.get('/later');
    expect(trace.world.stdout).toBe(stdout);
  });

  it('tells programs of those that were asked for, until the gateway ends', async () => {
    mkdirSync(join(real.directory, 'files'));
    real.write('files/a.txt', 'a');
    real.write(
      'sluice.toml',
      `[[static]]\npath = "/files/"\ndirectory = "files"\n[[route]]\npath = "/down/"\nto = "fastcgi://unix:nobody.sock"\n`,
    );
    await real.start({ control: `unix:${control()}`, processes: '1' }, join(real.directory, 'sluice.toml'));
    const everything = await new Trace().begun();
    const failures = new Trace('--json', '--status', '5xx');
    const files = new Trace('--json', '--path', '/files/');
    const slow = new Trace('--json', '--slower-than', '1h');
    // The first one that is shown is the sign that they have begun.
    for (const [trace, path] of [
      [failures, '/broken'],
      [files, '/files/a.txt'],
    ] as const) {
      while (trace.lines.length === 0) await real.get(path);
    }
    await real.get('/down/');
    await real.get('/files/none');
    await until('all is told', () => everything.lines.at(-1)?.includes('/files/none') === true);
    await real.gateway.stop();
    const runs = await Promise.all([everything, failures, files, slow].map(({ ended }) => ended));
    for (const { code, stderr } of runs) {
      expect([code, stderr]).toEqual([0, 'sluice: the gateway has ended\n']);
    }
    const eventsOf = ({ stdout }: Run) =>
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as TraceEvent);
    const [, ofFailures, ofFiles, ofSlow] = runs as [Run, Run, Run, Run];
    expect(ofSlow.stdout).toBe('');
    expect(eventsOf(ofFailures).at(-1)).toMatchObject({
      path: '/down/',
      status: 502,
      worker: null,
      server: expect.stringMatching(/^unix:.*nobody\.sock$/),
      to: expect.stringMatching(/^fastcgi:\/\/unix:/),
      error: { code: 'SLUICE_UPSTREAM_UNREACHABLE' },
    });
    expect(eventsOf(ofFailures).filter(({ status }) => status < 500)).toEqual([]);
    expect(eventsOf(ofFiles)[0]).toMatchObject({ path: '/files/a.txt', to: 'static:/files/', bytes: 1 });
    expect(eventsOf(ofFiles).at(-1)).toMatchObject({ path: '/files/none', status: 404 });
  });

  it.each([
    [['--slower-than', '5'], /^sluice: --slower-than 5: give a duration from 0ms to 24h, such as/],
    [['--status', '404,7xx'], /^sluice: --status 404,7xx: give a status such as 404/],
  ])('is refused with %j, and says why', async (words, message) => {
    expect(await new Trace(...words).ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(message),
    });
  });

  it('is not to be had where no gateway runs', async () => {
    expect(await new Trace().ended).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('there is no such socket'),
    });
  });
});
