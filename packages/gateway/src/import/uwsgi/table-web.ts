// uWSGI options about sockets, protocols, bodies, files and logs.
import { differs, Left, lost, needless, same, type Option, type Row } from '../option.ts';
import { octalOf, positiveOf, seconds, size, switchOf, text, textOf } from '../values.ts';
import type { SocketFact, UwsgiFacts } from './facts.ts';

/** Sockets and what comes through them. */
export const socketRows: readonly Row<UwsgiFacts>[] = [
  same(
    ['socket', 'uwsgi-socket'],
    '`[[listen]]`, `protocol = "uwsgi"`, or what `protocol` says',
    socket(null),
  ),
  same(['http', 'http-socket', 'http11-socket'], '`[[listen]]`, `protocol = "http"`', socket('http')),
  same(['https', 'https-socket'], '`[[listen]]` with `tls`', socket('http')),
  same('fastcgi-socket', '`[[listen]]`, `protocol = "fastcgi"`', socket('fastcgi')),
  same('scgi-socket', '`[[listen]]`, `protocol = "scgi"`', socket('scgi')),
  same(['protocol', 'socket-protocol'], '`protocol` of `[[listen]]`', (option, facts) => {
    facts.protocol = { value: textOf(option), option };
  }),
  same(['chmod-socket', 'chmod'], '`mode` of `[[listen]]`', (option, facts) => {
    facts.mode = { value: option.value === '' ? '0666' : octalOf(option), option };
  }),
  same('chown-socket', '`owner` and `group` of `[[listen]]`', (option, facts) => {
    const [owner = '', group] = textOf(option).split(':');
    facts.owner = { value: owner, option };
    facts.group = group === undefined ? null : { value: group, option };
  }),
  same('listen', '`backlog` of `[[listen]]`', (option, facts) => {
    facts.backlog = { value: positiveOf(option), option };
  }),
  lost(
    [
      'shared-socket',
      'abstract-socket',
      'notify-socket',
      'ssl-socket',
      'undeferred-shared-socket',
      'map-socket',
      'zeromq*',
      'raw-socket',
      'udp',
      'suwsgi-socket',
      'puwsgi-socket',
      'upload-progress',
      'fastcgi-nph-socket',
      'scgi-nph-socket',
    ],
    'there is no such listener',
  ),
  lost(
    ['http-to', 'http-resubscribe', 'http-subscription-*'],
    'the gateway is no proxy for other HTTP servers',
  ),
  needless(
    [
      'reuse-port',
      'so-reuseport',
      'so-keepalive',
      'tcp-nodelay',
      'tcp-fast*',
      'freebind',
      'no-defer-accept',
      'so-sndbuf',
      'so-rcvbuf',
      'socket-sndbuf',
      'socket-rcvbuf',
      'so-send-timeout',
      'so-write-timeout',
      'socket-send-timeout',
      'socket-write-timeout',
    ],
    'the gateway sets its sockets itself',
  ),
  differs(
    'socket-timeout',
    '`limits.send_timeout` and `limits.body_timeout`',
    'the client or web server must take or send something within it',
    (option, { draft }) => {
      const value = `${positiveOf(option)}s`;
      draft.at('limits').set('send_timeout', value, option);
      draft.at('limits').set('body_timeout', value, option);
    },
  ),
  differs(
    ['http-keepalive', 'http-keepalive-timeout'],
    '`limits.keepalive_timeout`',
    'connections are kept whatever this says',
    (option, { draft }) => {
      const { value } = option;
      if (typeof value !== 'string' || value === '1' || !/^\d+$/.test(value))
        throw new Left('needless', 'connections are always kept');
      draft.at('limits').set('keepalive_timeout', `${positiveOf(option)}s`, option);
    },
  ),
  lost(
    ['http-timeout', 'http-connect-timeout', 'http-headers-timeout'],
    'see request_timeout, limits.header_timeout and limits.body_timeout',
  ),
  differs(
    'buffer-size',
    '`limits.variables`, if it is over 256 KiB',
    'that of all headers and variables together',
    (option, { draft }) => {
      const value = positiveOf(option);
      if (value <= 256 * 1024) throw new Left('needless', 'the gateway takes 256 KiB, see limits.variables');
      draft.at('limits').set('variables', `${value}B`, option);
    },
  ),
  needless(
    [
      'max-vars',
      'http-buffer-size',
      'http-chunked-input',
      'http-auto-chunked',
      'http-raw-body',
      'http-processes',
      'http-backend-http',
      'http-manage-*',
    ],
    'the gateway has enough of it',
  ),
  needless(
    ['post-buffering', 'post-buffering-bufsize', 'post-buffering-busize', 'body-read-warning'],
    'a body is complete before a thread is taken; see body.memory',
  ),
  same('limit-post', '`body.max`', size('body', 'max', 'B')),
  needless(
    ['wsgi-manage-chunked-input', 'chunked-input-limit', 'chunked-input-timeout'],
    'chunked bodies are read as any others',
  ),
  lost(
    [
      'http-modifier*',
      'http-socket-modifier*',
      'modifier1',
      'modifier2',
      'fastcgi-modifier*',
      'scgi-modifier*',
      'raw-modifier*',
      'remap-modifier',
      'allowed-modifiers',
    ],
    'there is one kind of application',
  ),
  lost('enable-proxy-protocol', 'see proxy_protocol of [[listen]]'),
  lost(['http-websockets', 'websocket*', 'http-raw*'], 'there are no WebSockets'),
  lost(['ssl-*', 'sni*', 'https-*', 'hsts*'], 'see tls of [[listen]]; or let a web server do it'),
];

/** Files, logs, and what watches uWSGI. */
export const otherRows: readonly Row<UwsgiFacts>[] = [
  differs(
    'static-map',
    '`[[static]]`',
    'a file that is not there is answered with 404, it does not reach the application',
    (option, facts) => {
      const [, path = '', directory = ''] = /^(\/[^=]*)=(.+)$/.exec(textOf(option)) ?? [];
      if (path === '') throw new Left('lost', 'it is not of the form /path=directory');
      facts.statics.push({ value: { path, directory }, option });
    },
  ),
  same('static-index', '`index` of `[[static]]`', (option, facts) => {
    facts.staticIndex = { value: textOf(option), option };
  }),
  needless('static-gzip*', 'compressed files beside others are sent, see precompressed of [[static]]'),
  lost(
    [
      'check-static',
      'mime-file',
      'mimefile',
      'check-static-docroot',
      'static-map2',
      'static-skip-ext',
      'static-safe',
      'static-cache*',
      'static-*',
    ],
    'see [[static]]: path, directory, index, cache_control',
  ),
  lost(
    ['route*', 'final-route*', 'error-route*', 'response-route*', 'vhost', 'vhost-host'],
    'write [[route]] tables, or let the web server do it',
  ),
  lost(
    [
      'add-header',
      'rem-header',
      'del-header',
      'collect-header',
      'response-header-collect',
      'pull-header',
      'response-headers-limit',
      'inject-before',
      'inject-after',
    ],
    'let the application or the web server do it',
  ),
  lost(['error-page-*'], 'let the web server do it'),
  lost(['file-serve-mode', 'fileserve-mode'], 'see reply.sendfile'),
  needless(['honour-range', 'disable-sendfile'], 'the gateway sends files, and parts of them, itself'),
  same('disable-logging', '`log.access = false`', (option, facts) => {
    facts.isLogged = !switchOf(option);
    if (!facts.isLogged) facts.draft.at('log').set('access', false, option);
  }),
  differs(['logto', 'logto2'], '`log.file`', 'the log is JSON lines', logFile),
  differs(
    'daemonize*',
    '`log.file`',
    'the gateway stays in the foreground: let systemd run it, by the unit that sluice config systemd prints',
    logFile,
  ),
  lost(
    ['logger', 'req-logger', 'logger-req', 'worker-logger', 'threaded-logger', 'log-syslog', 'rsyslog*'],
    'the log is on standard error; the service keeps it',
  ),
  lost(
    [
      'log-format',
      'logformat',
      'logformat-strftime',
      'log-encoder',
      'log-req-encoder',
      'log-prefix',
      'log-maxsize',
      'log-backupname',
      'log-route',
      'log-req-route',
      'log-filter',
      'log-drain',
      'log-alarm',
      'alarm*',
      'backlog-alarm',
      'listen-queue-alarm',
      'lq-alarm',
      'segfault-alarm',
      'not-alarm-log',
      'not-log-alarm',
    ],
    'the log is JSON lines; see log.format',
  ),
  needless(
    ['log-*', 'logdate', 'log-date', 'log-slow', 'logfile-ch*'],
    'every line has its time; one for each request with log.access',
  ),
  same(['pidfile', 'safe-pidfile'], '`control.pid_file`', text('control', 'pid_file')),
  differs(
    ['pidfile2', 'safe-pidfile2'],
    '`control.pid_file`',
    'written before the gateway listens',
    text('control', 'pid_file'),
  ),
  lost(
    ['stats', 'stats-server', 'stats-*', 'metrics*', 'metric*', 'enable-metrics', 'carbon*', 'statsd*'],
    'sluice status --json tells the same, over the control socket',
  ),
  lost(['master-fifo', 'stopfile', 'pause*'], 'use sluice reload, scale, drain and stop'),
  same('stop-mercy', '`pool.default.stop_timeout`', seconds('pool.default', 'stop_timeout')),
];

/** Carries the file of the log over. uWSGI takes an address, for UDP, in its place. */
function logFile(option: Option, { draft }: UwsgiFacts): void {
  const file = textOf(option);
  if (/:\d+$/.test(file)) throw new Left('lost', 'the log goes to a file or to standard error');
  draft.at('log').set('file', file, option);
}

function socket(
  protocol: SocketFact['protocol'],
): (option: Parameters<typeof textOf>[0], facts: UwsgiFacts) => void {
  return (option, facts) => {
    const parts = textOf(option).split(',');
    const isEncrypted = option.name.startsWith('https');
    const [address = '', certificate, key] = parts;
    if (!isEncrypted && parts.length > 1)
      throw new Left('lost', 'only an address is possible here; write a [[listen]] yourself');
    if (isEncrypted && (certificate === undefined || key === undefined))
      throw new Left('lost', 'it names no certificate and key');
    facts.sockets.push({ option, protocol, address, certificate: certificate ?? null, key: key ?? null });
  };
}
