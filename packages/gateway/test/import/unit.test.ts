import { describe, expect, it } from '@jest/globals';
import { importText, runImport } from './support.ts';

const python = { type: 'python', module: 'site' };

function config(changes: object): string {
  return JSON.stringify(
    {
      listeners: { '127.0.0.1:8000': { pass: 'applications/site' } },
      applications: { site: python },
      ...changes,
    },
    null,
    1,
  );
}

/** Routes that lead to the applications `a`, `b` and `c`, in this order. */
function routed(...matches: readonly (object | null)[]): string {
  const names = ['a', 'b', 'c'].slice(0, matches.length);
  return config({
    listeners: { '127.0.0.1:8000': { pass: 'routes' } },
    routes: matches.map((match, index) => ({
      ...(match && { match }),
      action: { pass: `applications/${names[index]}` },
    })),
    applications: Object.fromEntries(names.map((name) => [name, python])),
  });
}

describe('sluice import of unit.json', () => {
  it('carries a listener and its application over', async () => {
    const {
      config: made,
      said,
      code,
    } = await importText(
      'unit.json',
      config({
        listeners: { '*:80': { pass: 'applications/site', backlog: 512 } },
        applications: {
          site: {
            ...python,
            callable: 'make',
            factory: true,
            working_directory: '/srv/site',
            environment: { A: '1' },
            processes: 4,
            threads: 2,
            user: 'site',
            group: 'web',
            limits: { requests: 100 },
          },
        },
        settings: { http: { idle_timeout: 30, max_body_size: 1024 } },
      }),
      '--strict',
    );
    expect(made.app).toMatchObject({
      target: 'site:make()',
      directory: '/srv/site',
      environment: { A: '1' },
      user: 'site',
      group: 'web',
    });
    expect(made.listen).toMatchObject([
      { protocol: 'http', address: { kind: 'tcp', host: '0.0.0.0', port: 80 }, backlogCount: 512 },
    ]);
    expect(made.pools['default']).toMatchObject({
      processes: { min: 4, max: 4 },
      threads: 2,
      recycleRequests: 100,
    });
    expect(made.body.maxBytes).toBe(1024);
    expect(made.limits.keepAliveTimeoutMs).toBe(30_000);
    expect(made.routes).toEqual([]);
    expect({ said, code }).toEqual({ said: [], code: 0 });
  });

  it('makes the last, unconditional step the application, and the others pools and routes', async () => {
    const { config: made } = await importText(
      'unit.json',
      routed({ host: 'a.example' }, { uri: '/b/*', method: 'POST' }, null),
      '--strict',
    );
    expect(made.app.target).toBe('site:application');
    expect(made.routes).toMatchObject([
      { hosts: ['a.example'], path: '/', methods: null, to: { kind: 'pool', name: 'a' } },
      { hosts: null, path: '/b/', methods: ['POST'], to: { kind: 'pool', name: 'b' } },
    ]);
  });

  it('leaves requests without a step unanswered, as Unit does', async () => {
    const { config: made } = await importText('unit.json', routed({ uri: '/a/*' }));
    expect(made.app.target).toBe('');
    expect(Object.keys(made.pools)).toContain('a');
  });

  it('leaves out what an earlier step takes', async () => {
    const { config: made, toml } = await importText(
      'unit.json',
      routed({ uri: '/a/*' }, { uri: '/a/b/*' }, null),
      '--strict',
    );
    expect(made.routes.map(({ path }) => path)).toEqual(['/a/']);
    expect(toml).toMatch(/action\/pass: an earlier step takes all of these requests/);
  });

  it('says where a later step becomes the more special route', async () => {
    const { said } = await importText('unit.json', routed({ uri: '/a/*' }, { host: 'b.example' }, null));
    expect(said).toEqual([
      expect.stringMatching(/routes\/1\/action\/pass: it also takes what line \d+ takes in Unit/),
    ]);
    const inOrder = await importText('unit.json', routed({ host: 'b.example' }, { uri: '/a/*' }, null));
    expect(inOrder.said).toEqual([]);
  });

  it.each([
    [{ uri: '~^/a' }, 'no negations and patterns'],
    [{ uri: '!/a/*' }, 'no negations and patterns'],
    [{ uri: '*.php' }, 'by the beginning of a path'],
    [{ uri: '/a/*/b' }, 'by the beginning of a path'],
    [{ host: 'a.*' }, 'only *. can begin a host'],
    [{ method: 'P*' }, 'methods are whole words'],
    [{ scheme: 'https' }, 'not by scheme'],
    [{ uri: '/a/*', headers: { a: 'b' } }, 'not by headers'],
    [{ uri: '/%zz' }, 'cannot be decoded'],
  ])('leaves out a step for %j', async (match, why) => {
    const { said, config: made } = await importText('unit.json', routed(match, null));
    expect(said).toEqual([expect.stringMatching(/^not carried over +unit\.json:\d+: \/routes\/0\/match: /)]);
    expect(said.join()).toContain(why);
    expect(made.routes).toEqual([]);
  });

  it('says what a path comes to that is not a whole directory', async () => {
    const { said } = await importText('unit.json', routed({ uri: ['/exact', '/start*'] }, null));
    expect(said).toEqual([
      expect.stringContaining('paths below /exact take it too; /start ends where a part of the path does'),
    ]);
  });

  it('follows named routes, and joins their conditions', async () => {
    const text = config({
      listeners: { '127.0.0.1:8000': { pass: 'routes/main' } },
      routes: {
        main: [{ match: { host: 'a.example' }, action: { pass: 'routes/in%2Fside' } }],
        'in/side': [
          { match: { uri: '/x/*' }, action: { pass: 'applications/site' } },
          { match: { host: 'b.example' }, action: { pass: 'applications/site' } },
          { action: { proxy: 'http://127.0.0.1:9' } },
        ],
      },
    });
    const { config: made, said } = await importText('unit.json', text);
    expect(made.routes).toMatchObject([
      { hosts: ['a.example'], path: '/x/', to: { kind: 'pool', name: 'site' } },
      { hosts: ['a.example'], path: '/', to: { kind: 'server' } },
    ]);
    expect(said).toEqual([expect.stringContaining('two conditions for the host')]);
  });

  it('stops at routes that lead to themselves', async () => {
    const { said } = await importText(
      'unit.json',
      config({
        listeners: { '127.0.0.1:8000': { pass: 'routes' } },
        routes: [{ action: { pass: 'routes' } }],
      }),
    );
    expect(said.join('\n')).toContain('there are no usable routes');
  });

  it('mounts an application with a prefix there, and nowhere else', async () => {
    const { config: made } = await importText(
      'unit.json',
      config({ applications: { site: { ...python, prefix: '/app/' } } }),
    );
    expect(made.routes).toMatchObject([
      { path: '/app', mount: '/app', to: { kind: 'pool', name: 'default' } },
    ]);
  });

  it.each([
    [
      '/srv/www$uri',
      { uri: '/static/*' },
      [{ path: '/static/', directory: '/srv/www/static', index: 'index.html' }],
    ],
    ['/srv/www$uri', {}, [{ path: '/', directory: '/srv/www', index: 'index.html' }]],
    ['/srv/www', {}, []],
    ['/srv/$host$uri', {}, []],
    ['/srv/www$uri', { host: 'a.example' }, []],
  ])('shares %s for %j', async (share, match, files) => {
    const { config: made } = await importText(
      'unit.json',
      config({
        listeners: { '127.0.0.1:8000': { pass: 'routes' } },
        routes: [{ match, action: { share } }, { action: { pass: 'applications/site' } }],
      }),
    );
    expect(made.static).toMatchObject(files);
  });

  it('serves the fallback where files and the application share all paths', async () => {
    const { config: made, said } = await importText(
      'unit.json',
      config({
        listeners: { '127.0.0.1:8000': { pass: 'routes' } },
        routes: [{ action: { share: '/srv$uri', fallback: { pass: 'applications/site' } } }],
      }),
    );
    expect(made.app.target).toBe('site:application');
    expect(said).toEqual([expect.stringContaining('name those of the files in [[static]]')]);
  });

  it('takes the listeners that lead where the first does, or the one that is asked for', async () => {
    const text = config({
      listeners: {
        '*:80': { pass: 'applications/site' },
        '[::]:80': { application: 'site' },
        '127.0.0.1:81': { pass: 'applications/site' },
        '*:82': { pass: 'applications/other' },
      },
      applications: { site: python, other: { ...python, module: 'other' } },
    });
    const { config: made, said } = await importText('unit.json', text);
    expect(made.listen.map(({ address }) => address)).toMatchObject([{ port: 80 }, { port: 81 }]);
    expect(said.join('\n')).toMatch(/\/listeners\/\*:82: it leads elsewhere; import unit\.json:82/);
    const other = await importText('unit.json:82', text, '--strict');
    expect(other.config.app.target).toBe('other:application');
    expect(other.config.listen.map(({ address }) => address)).toMatchObject([{ port: 82 }]);
  });

  it('allows comments, and finds the configuration in the whole of what Unit prints', async () => {
    const text = `{ /* all */ "certificates": {}, "config": ${config({})} } // end`;
    expect((await importText('unit.json', text, '--strict')).config.app.target).toBe('site:application');
  });

  it.each([
    ['[1]', 'line 1: it is no JSON object of Unit'],
    ['{\n"listeners": {,}}', 'line 2: it is no JSON object of Unit: ValueExpected'],
    ['{"listeners": {}}', 'there is no listener that leads anywhere: it has none'],
    [config({}).replace('{', '{ "a": 1 '), 'it is no JSON object of Unit'],
  ])('refuses %s', async (text, reason) => {
    const { code, stdout, stderr } = await runImport('unit.json', text);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
  });
});
