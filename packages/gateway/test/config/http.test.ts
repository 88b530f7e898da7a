// The settings of HTTP listeners: whom they believe, and their certificates.
import { describe, expect, it } from '@jest/globals';
import { load, problemsOf } from './support.ts';

const listenWith = (...lines: readonly string[]): { toml: string } => ({
  toml: ['[app]', 'target = "a"', '[[listen]]', ...lines, ''].join('\n'),
});
const HTTP = ['protocol = "http"', 'address = "127.0.0.1:8000"'];

describe('a listener for HTTP', () => {
  it('has settings of its own', () => {
    const lines = [
      'trusted = ["10.0.0.0/8", "::1"]',
      'forwarded = ["X-Forwarded-For", "x-forwarded-host"]',
      'proxy_protocol = true',
    ];
    expect(load(listenWith(...HTTP, ...lines)).config.listen[0]).toMatchObject({
      isProxied: true,
      trusted: ['10.0.0.0/8', '::1'],
      forwarded: ['x-forwarded-for', 'x-forwarded-host'],
    });
  });

  it('takes them from flags, which other listeners do not get', () => {
    const flags = { target: 'a', http: ['8000'], fastcgi: ['unix:/run/a'], trusted: ['127.0.0.1'] };
    const listen = load({ flags }).config.listen;
    expect(listen.map(({ protocol, trusted }) => [protocol, trusted])).toEqual([
      ['http', ['127.0.0.1']],
      ['fastcgi', null],
    ]);
  });

  it.each([
    ['trusted = ["example.com"]', /not an IP address/],
    ['trusted = ["unix"]', /"unix" is for Unix sockets/],
    ['forwarded = ["x-forwarded-for"]', /goes with trusted/],
    ['trusted = ["::1"]\nforwarded = ["x-user"]', /not a header that proxies forward by/],
    ['trusted = ["::1"]\nforwarded = ["x-real-ip", "x-forwarded-for"]', /exclude each other/],
    ['trusted = ["::1"]\nforwarded = ["forwarded", "x-forwarded-proto"]', /name it alone/],
    ['tls = { key = "/k" }', /goes with tls\.certificate/],
    ['tls = { certificate = "/no/such.pem" }', /\/no\/such\.pem cannot be used: there is no such file/],
    ['tls = { certificate = "/etc/hostname" }', /holds no certificate/],
  ])('refuses %s', (lines, problem) => {
    expect(problemsOf(listenWith(...HTTP, lines))).toEqual([expect.stringMatching(problem)]);
  });
});

describe('other listeners', () => {
  it.each(['trusted = ["::1"]', 'tls = { certificate = "/c" }'])('cannot have %s', (line) => {
    const problems = problemsOf(listenWith('protocol = "fastcgi"', 'address = "9000"', line));
    expect(problems).toEqual([expect.stringMatching(/only a listener for HTTP/)]);
  });
});

describe('the PROXY protocol', () => {
  const open = ['protocol = "http"', 'address = "0.0.0.0:8000"', 'proxy_protocol = true'];

  it('is refused where everybody could send its header', () => {
    expect(problemsOf(listenWith(...open))).toEqual([expect.stringMatching(/name the proxies/)]);
  });

  it('is spoken where allow says who may', () => {
    expect(problemsOf(listenWith(...open, 'allow = ["10.0.0.7"]'))).toEqual([]);
  });
});
