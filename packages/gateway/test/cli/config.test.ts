// What `sluice config` says where it cannot print anything, and what it makes of flags. What it prints otherwise is in
// test/webserver.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { directoryWith, World, type Run } from './support.ts';

function listen(protocol: string, address: string, ...lines: readonly string[]): string {
  return ['[[listen]]', `protocol = "${protocol}"`, `address = "${address}"`, ...lines, ''].join('\n');
}

function run(toml: string, ...words: readonly string[]): Promise<Run> {
  const directory = directoryWith({ 'sluice.toml': `[app]\ntarget = "site:app"\n${toml}` });
  return new World({ directory }).run('config', ...words);
}

describe('sluice config', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['', ['iis'], /"iis" is not known; there are nginx, apache, lighttpd, haproxy, caddy, systemd/],
    ['', ['nginx', '--module', 'x'], /nginx has no module "x"; none can be chosen/],
    ['', ['apache', '--module', 'mod_x'], /there are mod_jk, mod_fcgid/],
    ['', ['nginx', '--protocol', 'gopher'], /--protocol: "gopher" is not possible; give one of/],
    [
      '',
      ['nginx', '--protocol', 'ajp'],
      /nginx does not speak ajp to a gateway, but fastcgi, uwsgi, scgi or http/,
    ],
    ['', ['nginx', '--server-name', 'a b'], /--server-name: "a b" is not possible/],
    ['', ['nginx', '--listen', 'unix:/x'], /--listen: .*give a port/],
    ['', ['nginx', '--gateway', 'fd:0'], /--gateway: .*that can be connected to/],
    ['', ['nginx', '--certificate', 'a.pem'], /give both --certificate and --certificate-key/],
    ['', ['nginx', '--name', '1st'], /--name: "1st" is not possible/],
    [
      listen('ajp', '8009'),
      ['nginx'],
      /listens for ajp only; add to sluice\.toml\n\n\[\[listen\]\]\nprotocol = "fastcgi"/,
    ],
    [listen('fastcgi', 'fd:0'), ['nginx'], /its address is not known here; name it by --gateway/],
    [listen('ajp', '8009'), ['lighttpd'], /add decoded_path = true/],
    [listen('ajp', 'unix:/run/a.sock'), ['apache', '--module', 'mod_jk'], /does not connect to Unix sockets/],
    [
      listen('http', '8000', 'proxy_protocol = true', 'trusted = ["127.0.0.1"]'),
      ['nginx'],
      /http with the PROXY protocol only/,
    ],
    ['', ['lighttpd', '--module', 'spawn', '--protocol', 'scgi'], /speak FastCGI, not scgi/],
    ['thread = 1', ['nginx'], /unknown key/],
  ])('refuses %j with %j', async (toml, words, expected) => {
    const { code, stdout, stderr } = await run(toml, ...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(expected);
    expect(stderr).toMatch(/^sluice: /);
  });

  it('needs no application and no file where the web server does not start it', async () => {
    const world = new World({ directory: directoryWith({}) });
    const { code, stdout } = await world.run(
      'config',
      'nginx',
      '--fastcgi',
      '9000',
      '--mount',
      '/app',
      '--name',
      'a',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/upstream a \{\n +server 127\.0\.0\.1:9000;/);
    expect(stdout).toContain('location ~ ^/app(/|$) {');
  });

  it.each([['systemd'], ['apache', '--module', 'mod_fcgid']])('needs one for %s %s %s', async (...words) => {
    const { code, stderr } = await new World({ directory: directoryWith({}) }).run(
      'config',
      ...words.filter(Boolean),
    );
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('has to know the application'),
    });
  });

  it('starts the application that was named, where it is started', async () => {
    const directory = directoryWith({});
    const { stdout } = await new World({ directory }).run('config', 'systemd', 'site:app', '--name', 'site');
    const command = `/usr/bin/node /usr/lib/sluice/sluice.js serve site:app --directory ${directory}`;
    expect(stdout).toContain(`ExecStart=${command}\n`);
  });

  it('knows where systemd puts a socket, and reaches who listens everywhere', async () => {
    const activated = await run(listen('fastcgi', 'systemd:web'), 'nginx', '--name', 'site');
    expect(activated.stdout).toContain('server unix:/run/site/web.sock;');
    const everywhere = await run(listen('http', '0.0.0.0:8000'), 'nginx');
    expect(everywhere.stdout).toContain('server 127.0.0.1:8000;');
  });

  it('hands the secret of AJP on', async () => {
    const directory = directoryWith({
      'ajp.secret': 'a "secret"\n',
      'sluice.toml': `[app]\ntarget = "site:app"\n${listen('ajp', '8009', 'secret_file = "ajp.secret"')}`,
    });
    chmodSync(join(directory, 'ajp.secret'), 0o600);
    const { stdout } = await new World({ directory }).run('config', 'apache');
    expect(stdout).toContain('"secret=a \\"secret\\""');
  });

  it('never lets a value end its place', async () => {
    const path = '/srv/a"b$c\\\\d e';
    const toml = `[[static]]\npath = "/s"\ndirectory = '${path}'\n${listen('fastcgi', '9000')}`;
    const nginx = await run(toml, 'nginx');
    expect(nginx).toMatchObject({ code: 2, stderr: expect.stringContaining('"$" or control characters') });
    const apache = await run(toml, 'apache');
    expect(apache.stdout).toContain('Alias "/s/" "/srv/a\\"b$c\\\\\\\\d e/"');
  });
});
