import { describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { directoryWith, World } from './support.ts';

const hello = 'def app(environ, start_response):\n    return []\n';

describe('sluice check', () => {
  it('ends with 0 when everything is as it should be', async () => {
    const directory = directoryWith({ 'hello.py': hello });
    const { code, stdout } = await new World({ directory }).run(
      'check',
      'hello:app',
      '--http',
      '127.0.0.1:0',
    );
    expect(stdout).not.toMatch(/^problem/m);
    expect(stdout).toMatch(/^note +configuration: app\.target comes from the command line$/m);
    expect(stdout).toMatch(/^ok +listen on 127\.0\.0\.1:0: can be opened$/m);
    expect(stdout).toMatch(/^ok +python: \/.*, Python 3\./m);
    expect(stdout).toMatch(/^ok +application hello:app: can be imported$/m);
    expect(code).toBe(0);
  });

  it('ends with 2 and every problem of the configuration', async () => {
    const { code, stdout } = await new World().run('check', 'a:b', '--threads', '0', '--http', 'x');
    expect(stdout.match(/^problem configuration: --(threads|http): /gm)).toHaveLength(2);
    expect(code).toBe(2);
  });

  it('shows why the application cannot be imported', async () => {
    const directory = directoryWith({ 'broken.py': 'import no_such_module\n' });
    const { code, stdout } = await new World({ directory }).run(
      'check',
      'broken:app',
      '--http',
      '127.0.0.1:0',
    );
    expect(stdout).toMatch(/^problem application broken:app: cannot be imported\n +Traceback/m);
    expect(stdout).toContain("No module named 'no_such_module'");
    expect(stdout).not.toContain('<string>');
    expect(code).toBe(3);
  });

  it('tells which servers of upstreams accept connections, and needs no application then', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const toml = `
[[listen]]
protocol = "http"
address = "127.0.0.1:0"
[upstream.php]
protocol = "fastcgi"
servers = ["127.0.0.1:${port}", "unix:nobody.sock", "no-such-name.invalid:9000"]
[[route]]
path = "/"
to = "upstream:php"
[[route]]
path = "/one/"
to = "fastcgi://127.0.0.1:${port}"
`;
    const { code, stdout } = await new World({ directory: directoryWith({ 'sluice.toml': toml }) }).run(
      'check',
    );
    expect(stdout).toMatch(/^ok +upstream php: 127\.0\.0\.1:\d+ accepts connections$/m);
    expect(stdout).toMatch(
      /^note +upstream php: unix:.*nobody\.sock does not accept connections now: .*ENOENT/m,
    );
    expect(stdout).toMatch(/^note +upstream php: no-such-name\.invalid cannot be looked up: /m);
    expect(stdout).toMatch(/^ok +route \/one\/: 127\.0\.0\.1:\d+ accepts connections$/m);
    expect(stdout).not.toContain('python');
    expect(code).toBe(0);
    server.close();
    await once(server, 'close');
  });

  it('tells of static directories that are not there', async () => {
    const toml = `
[app]
target = "hello:app"
[[listen]]
protocol = "http"
address = "127.0.0.1:0"
[[static]]
path = "/here/"
directory = "."
[[static]]
path = "/gone/"
directory = "gone"
`;
    const directory = directoryWith({ 'hello.py': hello, 'sluice.toml': toml });
    const { code, stdout } = await new World({ directory }).run('check');
    expect(stdout).toMatch(/^ok +static \/here\/: .* is a directory$/m);
    expect(stdout).toMatch(/^note +static \/gone\/: .*\/gone is no directory/m);
    expect(code).toBe(0);
  });

  it('looks at every application, with the interpreter it has', async () => {
    const toml = `
[app]
target = "hello:app"
[[listen]]
protocol = "http"
address = "127.0.0.1:0"
[pool.copy]
[pool.broken]
target = "broken:app"
[pool.lost]
target = "hello:app"
python = "./no/python"
`;
    const files = { 'hello.py': hello, 'broken.py': 'import no_such_module\n', 'sluice.toml': toml };
    const { code, stdout } = await new World({ directory: directoryWith(files) }).run('check');
    expect(stdout.match(/^ok +application .*$/gm)).toEqual([
      'ok      application hello:app: can be imported',
    ]);
    expect(stdout).toMatch(/^problem application broken:app of pool broken: cannot be imported/m);
    expect(stdout).toMatch(/^problem python of pool lost: pool\.lost\.python: there is no such interpreter/m);
    expect(code).toBe(3);
  });

  it('sets the limits of the workers first, and names the one that cannot be set', async () => {
    const source = `import resource\nassert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 99\n${hello}`;
    const directory = directoryWith({ 'limited.py': source });
    const words = ['check', 'limited.py:app', '--http', '127.0.0.1:0', '--rlimit-nofile'];
    expect((await new World({ directory }).run(...words, '99')).code).toBe(0);
    const { code, stdout } = await new World({ directory }).run(...words, '1000000000');
    expect(stdout).toContain('rlimits.nofile = 1000000000 cannot be set');
    expect(code).toBe(3);
  });

  it('gives the import the environment of the workers, and no longer than they get', async () => {
    const source = `import os, time\ntime.sleep(float(os.environ["NAP"]))\n${hello}`;
    const directory = directoryWith({ 'slow.py': source });
    const words = ['check', 'slow.py:app', '--http', '127.0.0.1:0'];
    expect((await new World({ directory }).run(...words, '--env', 'NAP=0')).code).toBe(0);
    const late = ['--env', 'NAP=600', '--startup-timeout', '1s'];
    const { code, stdout } = await new World({ directory }).run(...words, ...late);
    expect(stdout).toContain('it took longer than startup_timeout');
    expect(code).toBe(3);
  });

  it('names who has an address, without disturbing the server that is there', async () => {
    const directory = directoryWith({ 'hello.py': hello });
    const tcp = createServer().listen(0, '127.0.0.1');
    const unix = createServer().listen(`${directory}/a.sock`);
    await Promise.all([once(tcp, 'listening'), once(unix, 'listening')]);
    const address = tcp.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const words = ['hello:app', '--http', `127.0.0.1:${port}`, '--http', 'unix:a.sock'];
    const { code, stdout } = await new World({ directory }).run('check', ...words);
    expect(
      stdout.match(new RegExp(`^problem listen on .*process ${process.pid} \\(.*listens there`, 'gm')),
    ).toHaveLength(2);
    expect(code).toBe(4);
    expect([tcp.listening, unix.listening]).toEqual([true, true]);
    tcp.close();
    unix.close();
  });

  it('says what keeps another user from connecting', async () => {
    const directory = directoryWith({ 'hello.py': hello });
    const words = ['hello:app', '--fastcgi', 'unix:a.sock', '--as', 'daemon'];
    const { code, stdout } = await new World({ directory }).run('check', ...words);
    expect(stdout).toContain(`user daemon cannot enter ${directory} `);
    expect(stdout).toContain('user daemon cannot write to ');
    expect(code).toBe(4);
  });

  it('says that a socket cannot be made: its path, its group', async () => {
    const directory = directoryWith({ 'hello.py': hello });
    const long = `unix:${'x'.repeat(110)}.sock`;
    const words = [
      'hello:app',
      '--http',
      'unix:a.sock',
      '--fastcgi',
      long,
      '--socket-group',
      'no-such-group',
    ];
    const { code, stdout } = await new World({ directory }).run('check', ...words);
    expect(stdout).toMatch(/^problem listen on .*a\.sock: there is no group "no-such-group"$/m);
    expect(stdout).toMatch(/^problem listen on .*: the path is \d+ bytes long, and \d+ are possible/m);
    expect(code).toBe(4);
  });

  it('says that there is no such user to become', async () => {
    const directory = directoryWith({ 'hello.py': hello });
    const words = ['hello:app', '--http', '127.0.0.1:0', '--user', 'no-such-user'];
    const { code, stdout } = await new World({ directory }).run('check', ...words);
    expect(stdout).toMatch(/^problem app\.user: there is no user "no-such-user"$/m);
    expect(code).toBe(2);
  });

  it('says what the user to become cannot reach: the directory of the application', async () => {
    const directory = directoryWith({ 'hello.py': hello });
    const words = ['hello:app', '--http', '127.0.0.1:0', '--user', 'daemon'];
    const { code, stdout } = await new World({ directory }).run('check', ...words);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot)
      expect(stdout).toContain(`problem application hello:app: user daemon cannot enter ${directory} `);
    else expect(stdout).toContain('problem app.user: only root may become user "daemon"');
    expect(code).toBe(isRoot ? 3 : 2);
  });

  it('says why the application cannot be found in a sentence, without our own names', async () => {
    const directory = directoryWith({ 'hello.py': hello });
    const say = async (target: string, ...more: string[]): Promise<string> =>
      (await new World({ directory }).run('check', target, '--http', '127.0.0.1:0', ...more)).stdout;
    expect(await say('hello:ap')).toMatch(/cannot be imported\n +hello has no 'ap'; did you mean app\?$/m);
    expect(await say('helo')).toContain(`No module named 'helo' in ${directory}, the directory of the`);
    expect(await say('hello', '--directory', '/no/where')).toMatch(/directory .*, \/no\/where: No such file/);
  });

  it('tells whether the file of the log can be written, and makes none', async () => {
    const directory = directoryWith({ 'hello.py': hello });
    const words = ['hello:app', '--http', '127.0.0.1:0', '--log-file'];
    const run = (file: string) => new World({ directory }).run('check', ...words, file);
    expect((await run('new.log')).stdout).toMatch(/^ok +log\.file: .*\/new\.log can be written$/m);
    expect(existsSync(`${directory}/new.log`)).toBe(false);
    const { code, stdout } = await run('none/new.log');
    expect(stdout).toContain(`cannot be written: ${directory}/none does not exist; create it`);
    expect(code).toBe(2);
    expect((await run('.')).stdout).toContain('cannot be written: it is a directory');
  });

  it('leaves an application to the program that runs it', async () => {
    const { code, stdout } = await new World().run('check', 'fd:3', '--http', '127.0.0.1:0');
    expect(stdout).toMatch(/^note +application fd:3: is run by the program that starts the gateway/m);
    expect(code).toBe(0);
  });

  it('leaves no socket file behind, and says what it cannot check', async () => {
    const directory = directoryWith({ 'hello.py': hello });
    const words = ['hello:app', '--fastcgi', 'unix:none/a.sock', '--fastcgi', 'systemd'];
    const { stdout } = await new World({ directory }).run('check', ...words);
    expect(stdout).toContain(`the directory ${directory}/none does not exist; create it`);
    expect(stdout).toMatch(/^note +listen on systemd: is handed over/m);
  });
});
