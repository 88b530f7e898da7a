// Reloading for real: Python processes, HTTP connections, and files that change.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RealGateway } from '../helpers/real-gateway.ts';

/** How often the code is loaded again under load. DESIGN promises 100 without a failure; by default fewer are run. */
const RELOADS = Number(process.env['SLUICE_TEST_RELOADS'] ?? 8);
const CLIENTS = 6;

let real: RealGateway;

beforeEach(() => {
  real = new RealGateway();
});
afterEach(() => real.close());

/** An application that answers with `version`, after a moment so that reloads find requests running. */
function application(version: string): string {
  return `
import time
def application(environ, start_response):
    time.sleep(0.003)
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'${version}']
`;
}

describe('a reload of a running gateway', () => {
  it('loses no request, however often it comes', async () => {
    real.write('app.py', application('one'));
    await real.start({ processes: '2', threads: '2' });
    let isOver = false;
    const answers = new Map<string, number>();
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (!isOver) {
        const answer = await real.get('/').then(String, String);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    });
    for (let count = 0; count < RELOADS; count++) {
      const results = await real.gateway.reload('test');
      expect([...results]).toEqual([['default', null]]);
    }
    isOver = true;
    await Promise.all(clients);
    expect([...answers.keys()]).toEqual(['200,one']);
    expect(answers.get('200,one')).toBeGreaterThan(RELOADS);
  }, 120_000);

  it('brings the new code, or keeps the old if the new cannot be loaded', async () => {
    real.write('app.py', application('one'));
    await real.start({ processes: '1' });
    real.write('app.py', 'def application(');
    const results = await real.gateway.reload('test');
    expect(results.get('default')?.detail).toContain('SyntaxError');
    expect(await real.get('/')).toEqual([200, 'one']);
    expect(real.log.find(({ code }) => code === 'SLUICE_RELOAD_FAILED')?.['detail']).toContain('SyntaxError');
    real.write('app.py', application('two'));
    await real.gateway.reload('test');
    expect(await real.get('/')).toEqual([200, 'two']);
  });

  it('comes by itself when a file changes, if that is asked for', async () => {
    real.write('app.py', application('one'));
    await real.start({ processes: '1', reload: true });
    expect(await real.get('/')).toEqual([200, 'one']);
    await real.line(/files are watched/);
    real.write('app.py', application('two'));
    await real.line(/^reloaded/);
    expect(await real.get('/')).toEqual([200, 'two']);
  });

  it('comes for the pools whose code has changed, where each has its own', async () => {
    real.write('app.py', application('one'));
    mkdirSync(join(real.directory, 'b'));
    mkdirSync(join(real.directory, 'a'));
    real.write('a/app.py', application('one'));
    real.write('b/app.py', application('one'));
    const pool = (name: string): string =>
      `[pool.${name}]\ndirectory = "${name}"\n[[route]]\npath = "/${name}"\nto = "pool:${name}"\n`;
    real.write('sluice.toml', ['[app]', 'directory = "a"', pool('b')].join('\n'));
    await real.start({ processes: '1', reload: true }, 'sluice.toml');
    expect([await real.get('/'), await real.get('/b')]).toEqual([
      [200, 'one'],
      [200, 'one'],
    ]);
    await real.line(/files are watched/, 2);
    real.write('b/app.py', application('two'));
    await real.line(/^reloaded/);
    expect([await real.get('/'), await real.get('/b')]).toEqual([
      [200, 'one'],
      [200, 'two'],
    ]);
    const pools = real.log
      .filter(({ message }) => message.startsWith('reloaded'))
      .map((line) => line['pool']);
    expect(pools).toEqual(['b']);
  });
});
