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

const plain = app + listen('fastcgi', 'unix:/run/mysite/fastcgi.sock', 'group = "www-data"');

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

/** Every golden file. */
export const goldenCases: readonly GoldenCase[] = [
  { name: 'nginx-fastcgi.conf', toml: plain, words: ['nginx'] },
  { name: 'nginx-rich.conf', toml: rich, words: ['nginx', ...tls] },
  { name: 'nginx-balanced.conf', toml: plain, words: ['nginx', ...two] },
  { name: 'nginx-http.conf', toml: app + listen('http', '8000'), words: ['nginx', '--listen', '[::1]:8080'] },
  { name: 'apache-fastcgi.conf', toml: plain, words: ['apache'] },
  { name: 'apache-rich.conf', toml: rich, words: ['apache', ...tls] },
  { name: 'apache-balanced.conf', toml: plain, words: ['apache', ...two] },
  {
    name: 'apache-http.conf',
    toml: app + listen('http', '8000'),
    words: ['apache', '--listen', '127.0.0.1:8080'],
  },
  { name: 'apache-ajp.conf', toml: app + listen('ajp', '8009', 'packet_size = "64KiB"'), words: ['apache'] },
];
