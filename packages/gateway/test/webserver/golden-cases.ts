// Which configurations the golden files hold: from what sluice.toml, by which command line.

/** One golden file. */
export interface GoldenCase {
  /** Of the file. */
  readonly name: string;
  readonly toml: string;
  /** What follows `sluice config`. */
  readonly words: readonly string[];
}

const app = `
[app]
target = "mysite.wsgi:application"
directory = "/srv/mysite"
`;

/** A listener; `address` may be followed by further lines. */
function listen(protocol: string, address: string, ...lines: readonly string[]): string {
  return ['[[listen]]', `protocol = "${protocol}"`, `address = "${address}"`, ...lines, ''].join('\n');
}

const fastcgi = listen('fastcgi', 'unix:/run/mysite/fastcgi.sock', 'group = "www-data"');
const http = listen('http', '8000');
const ajp = listen('ajp', '8009', 'packet_size = "64KiB"');
const plain = app + fastcgi;
const every = plain + http + ajp;

const rich = `${app}
${listen('fastcgi', 'unix:/run/mysite/fastcgi.sock', 'group = "www-data"', 'mount = "/app"')}
[body]
max = "64MiB"

[reply]
sendfile = "pass"
sendfile_directories = { "/protected/" = "/srv/mysite/protected" }

[pool.default]
request_timeout = "30s"

[[route]]
path = "/app/upload"
to = "pool:default"
streaming = true

[[route]]
path = "/app/static/generated/"
to = "pool:default"
request_timeout = "2m"

[[static]]
path = "/app/static/"
directory = "/srv/mysite/static files"
index = "index.html"
cache_control = "max-age=3600"

[[static]]
path = "/app/media"
directory = "/srv/mysite/media"
precompressed = false
`;

const two = ['--gateway', '10.0.0.1:9000', '--gateway', '10.0.0.2:9000'];
const secure = ['--server-name', 'example.org', '--server-name', 'www.example.org', '--certificate'];
const tls = [...secure, '/etc/ssl/mysite.pem', '--certificate-key', '/etc/ssl/mysite.key'];

/** Socket activation, and a user, a file and a socket of its own. */
const service = `
[app]
target = "mysite.wsgi:application"
directory = "/srv/my site"
${listen('fastcgi', 'systemd:fastcgi')}
${listen('http', 'systemd:http')}
[body]
spool_directory = "/var/spool/mysite"

[control]
address = "unix:/run/mysite/control.sock"

[pool.default]
stop_timeout = "1m"
`;

const decoded = app + listen('ajp', 'unix:/run/mysite/ajp.sock', 'decoded_path = true');
const overHttp = ['--protocol', 'http'];

/** Every golden file. */
export const goldenCases: readonly GoldenCase[] = [
  { name: 'nginx-fastcgi.conf', toml: every, words: ['nginx'] },
  { name: 'nginx-rich.conf', toml: rich, words: ['nginx', ...tls] },
  { name: 'nginx-balanced.conf', toml: plain, words: ['nginx', ...two] },
  { name: 'nginx-http.conf', toml: every, words: ['nginx', ...overHttp, '--listen', '[::1]:8080'] },
  { name: 'apache-fastcgi.conf', toml: every, words: ['apache'] },
  { name: 'apache-rich.conf', toml: rich, words: ['apache', ...tls] },
  { name: 'apache-balanced.conf', toml: plain, words: ['apache', ...two] },
  { name: 'apache-http.conf', toml: every, words: ['apache', ...overHttp, '--listen', '127.0.0.1:8080'] },
  { name: 'apache-ajp.conf', toml: every, words: ['apache', '--protocol', 'ajp'] },
  { name: 'apache-jk.conf', toml: every, words: ['apache', '--module', 'mod_jk'] },
  { name: 'apache-jk-balanced.conf', toml: every, words: ['apache', '--module', 'mod_jk', ...two] },
  {
    name: 'apache-fcgid.conf',
    toml: `${every}[pool.default]\nprocesses = 4\n`,
    words: ['apache', '--module', 'mod_fcgid'],
  },
  { name: 'lighttpd-fastcgi.conf', toml: every, words: ['lighttpd'] },
  { name: 'lighttpd-rich.conf', toml: rich, words: ['lighttpd', ...tls] },
  { name: 'lighttpd-balanced.conf', toml: plain, words: ['lighttpd', ...two] },
  { name: 'lighttpd-ajp.conf', toml: decoded, words: ['lighttpd'] },
  { name: 'lighttpd-http.conf', toml: every, words: ['lighttpd', ...overHttp] },
  { name: 'lighttpd-spawn.conf', toml: every, words: ['lighttpd', '--module', 'spawn'] },
  { name: 'haproxy-fastcgi.cfg', toml: every, words: ['haproxy'] },
  { name: 'haproxy-rich.cfg', toml: rich, words: ['haproxy', ...tls] },
  { name: 'haproxy-balanced.cfg', toml: plain, words: ['haproxy', ...two] },
  { name: 'haproxy-http.cfg', toml: every, words: ['haproxy', ...overHttp] },
  {
    name: 'haproxy-proxied.cfg',
    toml: app + listen('http', '8000', 'proxy_protocol = true'),
    words: ['haproxy'],
  },
  { name: 'fastcgi.Caddyfile', toml: plain, words: ['caddy'] },
  { name: 'rich.Caddyfile', toml: rich, words: ['caddy', ...tls] },
  {
    name: 'balanced.Caddyfile',
    toml: every,
    words: ['caddy', ...overHttp, '--gateway', '10.0.0.1:8000', '--gateway', '10.0.0.2:8000'],
  },
  { name: 'alone.service', toml: every, words: ['systemd'] },
  { name: 'sockets.service', toml: service, words: ['systemd', '--name', 'mysite'] },
];
