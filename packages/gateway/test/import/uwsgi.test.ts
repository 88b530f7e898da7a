import { describe, expect, it } from '@jest/globals';
import { importText, runImport } from './support.ts';

const ini = (...lines: readonly string[]): string => ['[uwsgi]', 'module = site', ...lines, ''].join('\n');

describe('sluice import of uwsgi.ini', () => {
  it('carries the usual options over', async () => {
    const { config, said, code } = await importText(
      'uwsgi.ini',
      ini(
        'chdir = /srv/site',
        'socket = /run/site/uwsgi.sock',
        'chmod-socket = 660',
        'chown-socket = www-data:www-data',
        'listen = 512',
        'processes = 8',
        'threads = 4',
        'max-requests = 1000',
        'max-worker-lifetime = 3600',
        'reload-on-rss = 256',
        'limit-post = 1048576',
        'pidfile = /run/site.pid',
        'disable-logging = true',
      ),
      '--strict',
    );
    expect(config.app).toMatchObject({ target: 'site:application', directory: '/srv/site' });
    expect(config.listen).toMatchObject([
      {
        protocol: 'uwsgi',
        address: { kind: 'unix', path: '/run/site/uwsgi.sock' },
        mode: 0o660,
        owner: 'www-data',
        group: 'www-data',
        backlogCount: 512,
      },
    ]);
    expect(config.pools['default']).toMatchObject({
      processes: { min: 8, max: 8 },
      threads: 4,
      recycleRequests: 1000,
      recycleAgeMs: 3_600_000,
      recycleMemoryBytes: 256 * 1024 * 1024,
    });
    expect(config.body.maxBytes).toBe(1_048_576);
    expect(config.control.pidFile).toBe('/run/site.pid');
    expect(config.log.access).toBe(false);
    expect({ said, code }).toEqual({ said: [], code: 0 });
  });

  it('carries the file of the log over, wherever it is named, and that there has to be an application', async () => {
    const { config, said } = await importText(
      'uwsgi.ini',
      ini('daemonize = /var/log/site.log', 'logto2 = 127.0.0.1:1717', 'need-app = true'),
    );
    expect(config.log.file).toBe('/var/log/site.log');
    expect(config.app.mustLoad).toBe(true);
    expect(said.slice(0, 2)).toEqual([
      expect.stringMatching(/^differs +uwsgi\.ini:3: daemonize: .*foreground/),
      expect.stringMatching(/^not carried over +uwsgi\.ini:4: logto2: .*file/),
    ]);
  });

  it('names what differs and what is lost, with file and line, in the comments too', async () => {
    const { toml, said, code } = await importText(
      'uwsgi.ini',
      ini('harakiri = 20', 'http-socket = :80', 'spooler = /tmp/s', 'no-such-thing = 1', 'threads = 1000'),
    );
    expect(said).toEqual([
      expect.stringMatching(/^differs +uwsgi\.ini:3: harakiri: .*504/),
      expect.stringMatching(/^not carried over +uwsgi\.ini:5: spooler: /),
      expect.stringMatching(/^not carried over +uwsgi\.ini:6: no-such-thing: it is not known$/),
      expect.stringMatching(/^not carried over +uwsgi\.ini:7: threads: 1000 is not possible .* 1 to 256$/),
    ]);
    expect(toml).toMatch(/^# uwsgi\.ini:3: harakiri: [^]*^request_timeout = "20s"$/m);
    expect(toml).toMatch(/^# Not carried over:\n# {3}uwsgi\.ini:5: spooler: [^]*uwsgi\.ini:7: threads/m);
    expect(code).toBe(0);
  });

  it('ends with 7 if it is strict and something is lost, and prints the file all the same', async () => {
    const { code, config } = await importText(
      'uwsgi.ini',
      ini('http-socket = :80', 'mule = x.py'),
      '--strict',
    );
    expect(code).toBe(7);
    expect(config.listen).toHaveLength(1);
  });

  it('replaces magic variables, placeholders and numbers of processors', async () => {
    const { config, directory } = await importText(
      'site.ini',
      ini('root = %d', 'name = %n', 'chdir = %(root)code/%(name)', 'processes = %k', 'http-socket = :80'),
      '--strict',
      '--from',
      'uwsgi',
    );
    expect(config.app.directory).toBe(`${directory}/code/site`);
    expect(config.pools['default']?.processes).toEqual({ min: 2, max: 2 });
  });

  it.each([
    ['env = TOKEN=$(TOKEN)', 'the environment variable TOKEN'],
    ['chdir = @(/etc/dir)', 'the file /etc/dir'],
    ['chdir = %u', '%u'],
    ['chdir = %(nowhere)', 'is given nowhere'],
    ['chdir = %(chdir)x', 'refers to itself'],
  ])('does not guess what %s comes to', async (line, reason) => {
    const { said, config } = await importText('uwsgi.ini', ini('http-socket = :80', line));
    expect(said.join('\n')).toMatch(/^not carried over +uwsgi\.ini:4: /);
    expect(said.join('\n')).toContain(reason);
    expect(config.app.environment).toEqual({});
  });

  it('takes nothing that holds under a condition only', async () => {
    const { said, config } = await importText(
      'uwsgi.ini',
      ini('http-socket = :80', 'if-env = PROD', 'processes = 64', 'endif =', 'threads = 2'),
    );
    expect(said).toHaveLength(3);
    expect(config.pools['default']).toMatchObject({ processes: { min: 1, max: 1 }, threads: 2 });
  });

  it.each([
    [':8000', { kind: 'tcp', host: '0.0.0.0', port: 8000 }],
    ['*:8000', { kind: 'tcp', host: '0.0.0.0', port: 8000 }],
    ['127.0.0.1:8000', { kind: 'tcp', host: '127.0.0.1', port: 8000 }],
    ['[::1]:8000', { kind: 'tcp', host: '::1', port: 8000 }],
    ['/tmp/a.sock', { kind: 'unix', path: '/tmp/a.sock' }],
    ['fd://3', { kind: 'descriptor', fd: 3 }],
  ])('listens at %s', async (address, expected) => {
    const { config } = await importText('uwsgi.ini', ini(`http-socket = ${address}`), '--strict');
    expect(config.listen.map((listen) => listen.address)).toEqual([expected]);
  });

  it('lets only this machine into sockets that believe whoever connects', async () => {
    const { config } = await importText('uwsgi.ini', ini('socket = :3031', 'protocol = fastcgi'));
    expect(config.listen).toMatchObject([{ protocol: 'fastcgi', allow: ['127.0.0.0/8', '::1'] }]);
  });

  it.each(['@abstract', '=0', '/tmp/dir/'])('refuses to listen at %s', async (address) => {
    const { said } = await importText('uwsgi.ini', ini('http-socket = :80', `socket = ${address}`));
    expect(said).toEqual([expect.stringMatching(/^not carried over +uwsgi\.ini:4: socket: /)]);
  });

  it('takes what stands there twice once', async () => {
    const { config, said, toml } = await importText(
      'uwsgi.ini',
      ini(
        'http-socket = 127.0.0.1:80',
        'http-socket = localhost:80',
        'static-map = /s=/srv/s',
        'static-map = /s=/srv/s/',
        'static-map = /s=/srv/t',
      ),
    );
    expect([config.listen.length, config.static.length]).toEqual([1, 1]);
    expect(toml).toContain('uwsgi.ini:4: http-socket: an earlier line says so');
    expect(said.filter((line) => line.startsWith('not'))).toEqual([
      expect.stringContaining('uwsgi.ini:7: static-map: a path has one directory'),
    ]);
  });

  it('encrypts with the certificate of https', async () => {
    const { said, toml } = await runImport('uwsgi.ini', ini('https = :443,/etc/a.pem,/etc/a.key')).then(
      ({ stdout, stderr }) => ({ toml: stdout, said: stderr }),
    );
    expect(toml).toContain('tls.certificate = "/etc/a.pem"\ntls.key = "/etc/a.key"\n');
    expect(said).toBe('');
  });

  it('mounts one application at its path, and several in pools of their own', async () => {
    const one = await importText('uwsgi.ini', '[uwsgi]\nmount = /app=site.wsgi:app\nhttp-socket = :80\n');
    expect(one.config.app.target).toBe('site.wsgi:app');
    expect(one.config.listen).toMatchObject([{ mount: '/app' }]);
    expect(one.config.routes).toEqual([]);
    const two = await importText(
      'uwsgi.ini',
      '[uwsgi]\nmount = /a=one.py\nmount = /b=/srv/two.py\ncallable = app\nprocesses = 3\nhttp-socket = :80\n',
    );
    expect(two.config.pools).toMatchObject({
      a: { target: './one.py:app', processes: { min: 3, max: 3 } },
      b: { target: '/srv/two.py:app' },
    });
    expect(two.config.routes).toMatchObject([
      { path: '/a', mount: '/a', to: { kind: 'pool', name: 'a' } },
      { path: '/b', mount: '/b', to: { kind: 'pool', name: 'b' } },
    ]);
  });

  it('keeps between cheaper and processes', async () => {
    const { config } = await importText(
      'uwsgi.ini',
      ini('http-socket = :80', 'cheaper = 2', 'processes = 8'),
    );
    expect(config.pools['default']?.processes).toEqual({ min: 2, max: 8 });
  });

  it('says so when no application and no socket is named, and takes the application from the command line', async () => {
    const text = '[uwsgi]\nprocesses = 2\n';
    const { said } = await importText('uwsgi.ini', text);
    expect(said.join('\n')).toMatch(/no socket is named[^]*no application is named/);
    const named = await importText('uwsgi.ini', text, 'site:app');
    expect(named.config.app.target).toBe('site:app');
  });

  it('reads another section if it is named', async () => {
    const text = '[uwsgi]\nmodule = a\n[prod]\nmodule = b\nhttp-socket = :80\n';
    expect((await importText('uwsgi.ini:prod', text)).config.app.target).toBe('b:application');
    const { code, stderr } = await runImport('uwsgi.ini:test', text);
    expect(stderr).toContain('there is no section [test]: it has [uwsgi], [prod]');
    expect(code).toBe(2);
  });

  it.each([
    ['uwsgi.xml', '<uwsgi><module>a</module></uwsgi>', 'it is XML'],
    ['uwsgi.yaml', 'uwsgi:\n  module: a\n', 'it is YAML'],
    ['uwsgi.ini', '{"uwsgi": {}}', 'it is JSON'],
    ['what.txt', '', 'its name does not say whose it is'],
  ])('refuses %s', async (name, text, reason) => {
    const { code, stdout, stderr } = await runImport(name, text);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
  });
});
