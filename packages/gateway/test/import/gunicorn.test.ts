import { describe, expect, it } from '@jest/globals';
import { importText, runImport } from './support.ts';

const conf = (...lines: readonly string[]): string => [...lines, 'wsgi_app = "site"', ''].join('\n');

describe('sluice import of gunicorn.conf.py', () => {
  it('carries the usual settings over', async () => {
    const { config, said, code } = await importText(
      'gunicorn.conf.py',
      conf(
        'bind = "0.0.0.0:80"',
        'workers = 3',
        'threads = 4',
        'max_requests = 1000',
        'raw_env = ["A=1", "B=x=y"]',
        'chdir = "/srv/site"',
        'pidfile = "/run/site.pid"',
        'user = 1000',
        'preload_app = True',
        'certfile = "/etc/a.pem"',
      ),
      '--strict',
    );
    expect(config.app).toMatchObject({
      target: 'site:application',
      directory: '/srv/site',
      environment: { A: '1', B: 'x=y' },
      user: '1000',
    });
    expect(config.listen).toMatchObject([
      {
        protocol: 'http',
        address: { kind: 'tcp', host: '0.0.0.0', port: 80 },
        trusted: ['127.0.0.1', '::1'],
      },
    ]);
    expect(config.pools['default']).toMatchObject({
      processes: { min: 3, max: 3 },
      threads: 4,
      recycleRequests: 1000,
      isPreloaded: true,
      requestTimeoutMs: 30_000,
    });
    expect(config.control.pidFile).toBe('/run/site.pid');
    expect({ said, code }).toEqual({ said: [], code: 0 });
  });

  it('listens where gunicorn does by itself, and believes whom gunicorn believes', async () => {
    const { config } = await importText('gunicorn.conf.py', conf(), '--strict');
    expect(config.listen).toMatchObject([
      { address: { host: '127.0.0.1', port: 8000 }, trusted: ['127.0.0.1', '::1'] },
    ]);
    expect(config.pools['default']?.processes).toEqual({ min: 1, max: 1 });
  });

  it.each([
    ['0.0.0.0', { kind: 'tcp', host: '0.0.0.0', port: 8000 }],
    ['', { kind: 'tcp', host: '0.0.0.0', port: 8000 }],
    [':81', { kind: 'tcp', host: '0.0.0.0', port: 81 }],
    ['app.internal:81', { kind: 'tcp', host: 'app.internal', port: 81 }],
    ['[::1]', { kind: 'tcp', host: '::1', port: 8000 }],
    ['[::]:81', { kind: 'tcp', host: '::', port: 81 }],
    ['tcp://127.0.0.1:81', { kind: 'tcp', host: '127.0.0.1', port: 81 }],
    ['unix:/run/a.sock', { kind: 'unix', path: '/run/a.sock' }],
    ['unix:///run/a.sock', { kind: 'unix', path: '/run/a.sock' }],
    ['fd://3', { kind: 'descriptor', fd: 3 }],
  ])('listens at %j', async (bind, address) => {
    const { config } = await importText(
      'gunicorn.conf.py',
      conf(`bind = ${JSON.stringify(bind)}`),
      '--strict',
    );
    expect(config.listen.map((listen) => listen.address)).toEqual([address]);
  });

  it('logs where gunicorn logs its errors', async () => {
    const { config, said } = await importText('gunicorn.conf.py', conf('errorlog = "/var/log/site.log"'));
    expect(config.log.file).toBe('/var/log/site.log');
    expect(said).toEqual(['differs           gunicorn.conf.py:1: errorlog: the log is JSON lines']);
  });

  it('makes a Unix socket as open as gunicorn does under its umask, and believes who can connect', async () => {
    const { config } = await importText('gunicorn.conf.py', conf('bind = "unix:/run/a.sock"', 'umask = 7'));
    expect(config.listen).toMatchObject([{ mode: 0o660, trusted: ['unix'] }]);
    expect(config.app.umask).toBe(0o007);
  });

  it('speaks uwsgi to those whom gunicorn lets in', async () => {
    const { config } = await importText(
      'gunicorn.conf.py',
      conf('protocol = "uwsgi"', 'bind = "0.0.0.0:3031"', 'uwsgi_allow_ips = "10.0.0.7"'),
      '--strict',
    );
    expect(config.listen).toMatchObject([{ protocol: 'uwsgi', allow: ['10.0.0.7'], trusted: null }]);
  });

  it.each([
    ['worker_class = "gevent"', 'Sluice runs threads'],
    ['worker_class = "uvicorn.workers.UvicornWorker"', 'not ASGI'],
    ['class worker_class: pass', 'it is a function'],
    ['timeout = 0', 'there is always a limit'],
    ['keepalive = 0', 'connections are always kept'],
    ['bind = 8000', '8000 is not a list of texts'],
    ['bind = "a:b:c"', 'is no address'],
    ['keyfile = "/etc/a.key"', 'it goes with certfile'],
    ['def post_fork(server, worker): pass', 'where the module of the application is imported'],
    ['loglevel = "loud"', '"loud" is not possible'],
    ['raw_env = ["A"]', 'is not of the form NAME=value'],
    ['import os\nworkers = int(os.environ["WORKERS"])', 'it comes from the environment'],
    ['from base import *', 'what base says is not looked at'],
  ])('says why it cannot carry %j over', async (line, why) => {
    const { said, code } = await importText('gunicorn.conf.py', conf(line), '--strict');
    const lineNumber = line.split('\n').length;
    expect(said).toEqual([expect.stringMatching(`^not carried over +gunicorn\\.conf\\.py:${lineNumber}: `)]);
    expect(said.join()).toContain(why);
    expect(code).toBe(7);
  });

  it.each([
    'worker_class = "sync"',
    'dirty_workers = 0',
    'daemon = False',
    'logconfig = None',
    'errorlog = "-"',
  ])('has nothing to say of %s', async (line) => {
    const { said } = await importText('gunicorn.conf.py', conf(line), '--strict');
    expect(said).toEqual([]);
  });

  it('says what a value that was worked out depends on', async () => {
    const { config, said } = await importText(
      'gunicorn.conf.py',
      conf('from os import *', 'workers = cpu_count() + int(getenv("EXTRA", "1"))'),
    );
    // What a star brings is not known, so neither is cpu_count.
    expect(config.pools['default']?.processes).toEqual({ min: 1, max: 1 });
    expect(said).toHaveLength(2);
    const known = await importText(
      'gunicorn.conf.py',
      conf('import os', 'workers = os.cpu_count() + int(os.getenv("EXTRA", "1"))'),
    );
    expect(known.config.pools['default']?.processes).toEqual({ min: 3, max: 3 });
    expect(known.said).toEqual([
      'differs           gunicorn.conf.py:2: workers: os.cpu_count() is 2 on this machine; taken as if the environment variable EXTRA were not set',
    ]);
  });

  it('runs the file only if it is told to', async () => {
    const text = conf('from math import *', 'workers = int(sqrt(16))');
    const read = await importText('gunicorn.conf.py', text, '--strict');
    expect(read.said.join('\n')).toContain('workers: what sqrt(16) comes to is known only when it runs');
    const run = await importText('gunicorn.conf.py', text, '--strict', '--run');
    expect(run.config.pools['default']?.processes).toEqual({ min: 4, max: 4 });
    expect(run.said).toEqual([]);
  });

  it('takes the application from the command line', async () => {
    const { config, said } = await importText('gunicorn.conf.py', 'workers = 2\n', 'site:app', '--strict');
    expect(config.app.target).toBe('site:app');
    expect(said).toEqual([]);
    const without = await importText('gunicorn.conf.py', 'workers = 2\n');
    expect(without.said).toEqual([expect.stringContaining('no application is named (wsgi_app)')]);
  });

  it('refuses what is no Python, with the line', async () => {
    const { code, stderr } = await runImport('gunicorn.conf.py', 'workers = = 2\n');
    expect(stderr).toMatch(/gunicorn\.conf\.py: it is not Python, line 1: invalid syntax\n$/);
    expect(code).toBe(2);
  });
});
