import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { problemsOf } from './support.ts';

const app = '[app]\ntarget = "site:app"\n';

describe('problems of a configuration', () => {
  it('are all told at once, each with its place and what is possible', () => {
    const toml = `[app]
directorry = "/srv"
[[listen]]
protocol = "gopher"
address = "127.0.0.1:70000"
[pool.default]
threads = "four"
queue = { lenght = 3, timeout = "5" }
[bdy]
`;
    const lines = problemsOf({ toml, environment: { SLUICE_LOG_LEVEL: 'loud' }, flags: { processes: '0' } });
    expect(lines).toHaveLength(10);
    expect(lines).toEqual(
      expect.arrayContaining([
        'sluice.toml:9: bdy: unknown section; did you mean "body"?',
        'sluice.toml:1: app.target: missing; give module:callable, module:factory() or a file path',
        'sluice.toml:2: app.directorry: unknown key; did you mean "directory"?',
        'sluice.toml:4: listen[0].protocol: "gopher" is not possible; give one of http, fastcgi, ajp, scgi, uwsgi',
        expect.stringMatching(/^sluice\.toml:5: listen\[0\]\.address: .*port 70000 is more than 65535/),
        'sluice.toml:7: pool.default.threads: "four" is not possible; give a whole number from 1 to 256',
        'sluice.toml:8: pool.default.queue.lenght: unknown key; did you mean "length"?',
        expect.stringMatching(/^sluice\.toml:8: pool\.default\.queue\.timeout: "5" .*the unit is missing/),
        '--processes: pool.default.processes: 0 is not possible; give a whole number from 1 to 1024, or two as { min = 2, max = 8 } (on the command line 2-8)',
        'SLUICE_LOG_LEVEL: log.level: "loud" is not possible; give one of debug, info, warn, error, silent',
      ]),
    );
  });

  it('include requests that would wait in a stuck worker for longer than they may', () => {
    const toml = `${app}[pool.default]\nqueue.timeout = "2s"\nstuck_timeout = "3s"\n`;
    expect(problemsOf({ toml })).toEqual([
      'sluice.toml:5: pool.default.stuck_timeout: longer than queue.timeout, 2000 ms: requests in a stuck worker would wait beyond that',
    ]);
  });

  it('include a path that is to be slow and quick', () => {
    const toml = `${app}[pool.default]\nslow_paths = ["/a/", "/b/"]\nquick_paths = ["/c/", "/b/"]\n`;
    expect(problemsOf({ toml })).toEqual([
      'sluice.toml:5: pool.default.quick_paths: "/b/" is in slow_paths too',
    ]);
  });

  it('include FastCGI that strangers can reach, and say what to add', () => {
    const lines = problemsOf({
      flags: { target: 'a', fastcgi: ['0.0.0.0:9000', '[::]:9000', '10.0.0.1:9000'] },
    });
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(line).toMatch(/^--fastcgi: listen\[\d\]\.address: .*allow = \["10\.0\.0\.7"\]/);
  });

  it('do not include FastCGI that only the named or this machine can reach', () => {
    expect(problemsOf({ flags: { target: 'a', fastcgi: ['0.0.0.0:9000'], allow: ['10.0.0.0/8'] } })).toEqual(
      [],
    );
    expect(problemsOf({ flags: { target: 'a', fastcgi: ['127.0.0.1:9000', '[::1]:9000'] } })).toEqual([]);
    expect(problemsOf({ flags: { target: 'a', http: ['0.0.0.0:8000'] } })).toEqual([]);
  });

  it.each([
    [
      'a mode without a socket file',
      { 'socket-mode': '0660', http: ['9000'] },
      'only the file of a Unix socket',
    ],
    [
      'a network list for a socket file',
      { allow: ['::1'], http: ['unix:/a'] },
      'a Unix socket has no network',
    ],
    ['an address twice', { http: ['9000', '127.0.0.1:9000'] }, 'the same as listen[0].address'],
    ['a value a switch does not have', { debug: 'perhaps' }, '"perhaps" is not possible; give true or false'],
  ])('include %s', (_name, flags, text) => {
    expect(problemsOf({ flags: { target: 'a', ...flags } })).toEqual([expect.stringContaining(text)]);
  });

  it.each([
    ['a route to no pool', '[[route]]\npath = "/"\nto = "pool:defalt"', 'did you mean "default"?'],
    [
      'a path twice',
      '[[route]]\npath="/"\nto="pool:default"\n[[route]]\npath="/"\nto="pool:default"',
      'route[0].path',
    ],
    ['a name no pool can have', '[pool."a b"]', 'the name of a pool is'],
    ['a table where a list is needed', '[listen]\nprotocol = "http"', 'write [[listen]]'],
    ['a list where a table is needed', '[[pool]]\nthreads = 1', 'write [pool.default]'],
    ['a value where a table is needed', 'log = 3', 'log: 3 is not a table'],
    ['a value where a table is needed inside', '[pool.default]\nqueue = 3', 'queue: 3 is not a table'],
    ['a key of another section', '[log]\nthreads = 3', 'unknown key; it belongs below [pool.default]'],
    [
      'a key of a pool without a name',
      '[pool]\nthreads = 3',
      '3 is not a table; it belongs below [pool.default]',
    ],
    ['a date', '[pool.default]\nthreads = 1979-05-27', 'threads: "1979-05-27'],
  ])('include %s', (_name, toml, text) => {
    const order = toml.startsWith('log =') ? `${toml}\n${app}` : `${app}${toml}\n`;
    expect(problemsOf({ toml: order })).toEqual([expect.stringContaining(text)]);
  });

  it('include a key above every section', () => {
    expect(problemsOf({ toml: 'target = "a"\n' })).toContainEqual(
      'sluice.toml:1: target: unknown section; it belongs below [app]',
    );
  });

  it('never show the value of an environment variable', () => {
    const [line] = problemsOf({ toml: `${app}environment = { KEY = ["hunter2"] }\n` });
    expect(line).toContain('app.environment.KEY: this is not possible');
    expect(line).not.toContain('hunter2');
  });

  it.each([
    ['a = [', /^sluice\.toml:1: not TOML at column \d+: /],
    ['[app]\ntarget = "a"\ntarget = "b"', /^sluice\.toml:3: not TOML/],
    ['__proto__ = { debug = true }', /^sluice\.toml:1: not TOML|^sluice\.toml.*__proto__/],
  ])('name the line of what is not TOML: %j', (toml, text) => {
    expect(problemsOf({ toml })).toEqual([expect.stringMatching(text)]);
  });

  it('name a file that cannot be read', () => {
    const origin = { environment: {}, flags: {}, directory: '/', coresCount: 1 };
    expect(() => loadConfig({ ...origin, file: 'no/such.toml' })).toThrow(
      'no/such.toml: there is no such file',
    );
    expect(() => loadConfig({ ...origin, file: 'tmp' })).toThrow('tmp: it is a directory');
  });

  it.each([
    ['path = "/a"', 'path = "/a"', true],
    ['host = "a.example"\npath = "/a"', 'path = "/a"', false],
    ['host = ["b.example", "A.example"]\npath = "/a"', 'host = "a.example."\npath = "/a"', true],
    ['methods = "POST"\npath = "/a"', 'path = "/a"', false],
    ['methods = ["POST", "PUT"]', 'methods = ["PUT"]', true],
  ])('tell of routes for the same requests: %j, %j: %s', (first, second, areSame) => {
    const table = (lines: string): string => `[[route]]\nto = "pool:default"\n${lines}\n`;
    const lines = problemsOf({ toml: app + table(first) + table(second) });
    expect(lines).toEqual(areSame ? [expect.stringContaining('route[1].path: the same as route[0]')] : []);
  });

  it.each([
    ['host = "a.example:8080"', /route\[0\]\.host: .*give a host name/],
    ['host = "a.*.example"', /route\[0\]\.host: .*give a host name/],
    ['host = []', /route\[0\]\.host: .*give a host name/],
    ['methods = ["post"]', /route\[0\]\.methods.*: .*give a method/],
  ])('tell what a route may ask for: %s', (line, expected) => {
    const toml = `${app}[[route]]\nto = "pool:default"\n${line}\n`;
    expect(problemsOf({ toml })).toEqual([expect.stringMatching(expected)]);
  });
});
