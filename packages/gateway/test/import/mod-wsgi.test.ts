import { describe, expect, it } from '@jest/globals';
import { importText, runImport } from './support.ts';

const conf = (...lines: readonly string[]): string => [...lines, ''].join('\n');
const group = ['WSGIDaemonProcess site processes=2 threads=3 request-timeout=30', 'WSGIProcessGroup site'];

describe("sluice import of Apache's configuration", () => {
  it('carries an application in daemon mode over', async () => {
    const { config, said, code } = await importText(
      'site.conf',
      conf(
        'WSGIDaemonProcess site processes=2 threads=3 home=/srv/site user=site group=web umask=0027 \\',
        '  maximum-requests=100 restart-interval=3600 startup-timeout=20 lang=C.UTF-8 cpu-time-limit=60',
        'WSGIScriptAlias / /srv/site/app.wsgi process-group=site application-group=%{GLOBAL}',
        'Alias /static /srv/site/static',
      ),
      '--strict',
    );
    expect(config.app).toMatchObject({
      target: '/srv/site/app.wsgi:application',
      directory: '/srv/site',
      user: 'site',
      group: 'web',
      umask: 0o027,
      environment: { LANG: 'C.UTF-8' },
    });
    expect(config.listen).toMatchObject([
      { protocol: 'fastcgi', address: { host: '127.0.0.1', port: 9000 } },
    ]);
    expect(config.pools['default']).toMatchObject({
      processes: { min: 2, max: 2 },
      threads: 3,
      recycleRequests: 100,
      recycleAgeMs: 3_600_000,
    });
    expect(config.static).toMatchObject([{ path: '/static', directory: '/srv/site/static' }]);
    expect({ said, code }).toEqual({ said: [], code: 0 });
  });

  it('has the processes and threads of mod_wsgi where nothing is said', async () => {
    const { config } = await importText(
      'site.conf',
      conf('WSGIDaemonProcess site', 'WSGIProcessGroup site', 'WSGIScriptAlias / /a.wsgi'),
    );
    expect(config.pools['default']).toMatchObject({ processes: { min: 1, max: 1 }, threads: 15 });
  });

  it('mounts one application at its path, and several in pools of their own', async () => {
    const one = await importText('site.conf', conf(...group, 'WSGIScriptAlias /app/ /a.wsgi'));
    expect(one.config.listen).toMatchObject([{ mount: '/app' }]);
    expect(one.config.routes).toEqual([]);
    const two = await importText(
      'site.conf',
      conf(...group, 'WSGIScriptAlias / /a.wsgi', 'WSGIScriptAlias /b /b.wsgi'),
    );
    expect(two.config.pools).toMatchObject({
      site: { target: '/a.wsgi:application', threads: 3 },
      'site-2': { target: '/b.wsgi:application', threads: 3 },
    });
    expect(two.config.routes).toMatchObject([
      { path: '/', mount: null, to: { name: 'site' } },
      { path: '/b', mount: '/b', to: { name: 'site-2' } },
    ]);
  });

  it('asks for the host where there are several sites', async () => {
    const { config } = await importText(
      'site.conf',
      conf(
        '<VirtualHost *:80>',
        'ServerName a.example:80',
        'ServerAlias www.a.example',
        'WSGIScriptAlias / /a.wsgi',
        '</VirtualHost>',
        '<VirtualHost *:80>',
        'ServerName b.example',
        'WSGIScriptAlias / /b.wsgi',
        '</VirtualHost>',
      ),
    );
    expect(config.routes).toMatchObject([
      { hosts: ['a.example', 'www.a.example'], path: '/' },
      { hosts: ['b.example'], path: '/' },
    ]);
  });

  it('takes the same site with and without TLS for one', async () => {
    const site = ['ServerName a.example', 'WSGIScriptAlias / /a.wsgi', 'Alias /s /srv/s', '</VirtualHost>'];
    const { config, said } = await importText(
      'site.conf',
      conf('<VirtualHost *:80>', ...site, '<VirtualHost *:443>', ...site),
      '--strict',
    );
    expect([config.app.target, config.routes, config.static.length]).toEqual(['/a.wsgi:application', [], 1]);
    expect(said).toEqual([]);
  });

  it.each([
    ['server', ['WSGIProcessGroup site', '{}'], 3],
    [
      'host',
      ['WSGIProcessGroup other', '<VirtualHost *:80>', 'WSGIProcessGroup site', '{}', '</VirtualHost>'],
      3,
    ],
    [
      'directory',
      ['WSGIProcessGroup other', '<Directory /srv/site/>', 'WSGIProcessGroup site', '</Directory>', '{}'],
      3,
    ],
    ['location', ['<Location />', 'WSGIProcessGroup site', '</Location>', '{}'], 3],
    [
      'another directory',
      ['WSGIProcessGroup site', '<Directory /srv/sit>', 'WSGIProcessGroup other', '</Directory>', '{}'],
      3,
    ],
    [
      'another host',
      ['<VirtualHost *:1>', 'WSGIProcessGroup other', '</VirtualHost>', 'WSGIProcessGroup site', '{}'],
      3,
    ],
    ['option', ['WSGIProcessGroup other', '{} process-group=site'], 3],
    ['none', ['WSGIProcessGroup %{GLOBAL}', '{}'], 1],
  ])('finds the process group of the %s', async (_where, lines, threads) => {
    const alias = 'WSGIScriptAlias / /srv/site/app.wsgi';
    const { config } = await importText(
      'site.conf',
      conf('WSGIDaemonProcess site threads=3', ...lines.map((line) => line.replace('{}', alias))),
    );
    expect(config.pools['default']?.threads).toBe(threads);
  });

  it('reads words in quotes, continued lines, any case, and what is defined', async () => {
    const { config, said } = await importText(
      'site.conf',
      conf(
        '# a comment \\',
        'WSGIScriptAlias / /not.wsgi',
        'Define DIR /srv/my\\ site',
        'Define APP "/srv/my site"',
        'wsgidaemonprocess site home="/srv/my site" \\',
        "  python-path='/a b:/c' \\",
        '  request-timeout=30',
        'WSGIPROCESSGROUP site',
        'WSGIScriptAlias / "${APP}/app.wsgi"',
        'WSGICallableObject "make"',
      ),
    );
    expect(config.app).toMatchObject({
      target: '/srv/my site/app.wsgi:make',
      directory: '/srv/my site',
      environment: { PYTHONPATH: '/a b:/c' },
    });
    expect(said).toEqual([
      expect.stringContaining('site.conf:6: WSGIDaemonProcess python-path: '),
      expect.stringContaining('site.conf:7: WSGIDaemonProcess request-timeout: '),
    ]);
  });

  it.each([
    ['WSGIScriptAliasMatch ^/(.*) /a/$1', 'routes are by the beginning of a path'],
    ['WSGIScriptAlias /dir/ /srv/scripts/', 'a directory of scripts'],
    ['WSGIScriptAlias /x', 'it names no path and no script'],
    ['WSGIScriptAlias /x /x.wsgi process-group=%{ENV:g}', 'depends on the request'],
    ['WSGIErrorOverride On', 'ProxyErrorOverride'],
    ['WSGINoSuchThing 1', 'it is not known'],
    ['Include other.conf', 'import that file too'],
  ])('says why it cannot carry %s over', async (line, why) => {
    const { said, code } = await importText('site.conf', conf('WSGIScriptAlias / /a.wsgi', line), '--strict');
    expect(said).toEqual([expect.stringMatching(/^not carried over +site\.conf:2: /)]);
    expect(said.join()).toContain(why);
    expect(code).toBe(7);
  });

  it('says which lines go from Apache, and what takes their place', async () => {
    const { toml } = await importText(
      'site.conf',
      conf(
        'ServerName a.example',
        ...group,
        'WSGIScriptAlias \\',
        '/ /a.wsgi',
        'Listen 80',
        'Alias /s /srv/s',
      ),
    );
    expect(toml).toContain('# In Apache, these lines go: 2-5, 7.\n');
    expect(toml).toContain('sluice config apache --config sluice.toml --server-name a.example\n');
  });

  it.each([
    ['Listen 80\n', 'there is no directive of mod_wsgi in it'],
    ['<VirtualHost *:80>\nWSGIScriptAlias / /a\n', 'line 1: <virtualhost> is not closed'],
    ['<Directory /a>\n</Location>\n', 'line 2: </location>, but <directory> of line 1 is open'],
    ['</Location>\n', 'line 1: </location>, but nothing is open'],
    ['WSGIScriptAlias / "/a\n', 'line 1: a quote is not closed'],
  ])('refuses %j', async (text, reason) => {
    const { code, stdout, stderr } = await runImport('site.conf', text);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
  });
});
