// Settings of gunicorn about sockets, requests and logs.
import { differs, Left, lost, needless, same, type Row } from '../option.ts';
import { positiveOf, text, textOf, wholeOf } from '../values.ts';
import type { GunicornFacts } from './facts.ts';
import { listOf, peersOf } from './values.ts';

/** Sockets and what comes through them. */
export const socketRows: readonly Row<GunicornFacts>[] = [
  same('bind', '`[[listen]]`', (option, facts) => {
    facts.binds = { value: listOf(option), option };
  }),
  same('backlog', '`backlog` of `[[listen]]`', (option, facts) => {
    facts.backlog = { value: positiveOf(option), option };
  }),
  same('protocol', '`protocol` of `[[listen]]`', (option, facts) => {
    const value = textOf(option).toLowerCase();
    if (value !== 'http' && value !== 'uwsgi') throw new Left('lost', `there is no protocol ${value}`);
    facts.protocol = { value, option };
  }),
  same('uwsgi_allow_ips', '`allow` of `[[listen]]`', (option, facts) => {
    facts.peers.uwsgi = { value: peersOf(option), option };
  }),
  differs(
    'forwarded_allow_ips',
    '`trusted` of `[[listen]]`',
    'headers of others are removed before the application sees them',
    (option, facts) => {
      facts.peers.forwarded = { value: peersOf(option), option };
    },
  ),
  differs(
    'secure_scheme_headers',
    '`trusted` of `[[listen]]`',
    'the scheme is what X-Forwarded-Proto of a trusted web server says',
    ({ value }) => {
      const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
      if (names.some((name) => /^x[-_]forwarded[-_]proto$/i.test(name)))
        throw new Left('needless', 'X-Forwarded-Proto of trusted web servers sets the scheme');
      throw new Left('lost', 'let the web server set X-Forwarded-Proto, which sets the scheme');
    },
  ),
  differs(
    'forwarder_headers',
    '`mount` or `forwarded` of `[[listen]]`',
    'variables do not come from headers',
    ({ value }) => {
      if (typeof value === 'string' && /^SCRIPT_NAME, ?PATH_INFO$/.test(value))
        throw new Left('needless', 'it is what gunicorn does by itself');
      throw new Left(
        'lost',
        'for SCRIPT_NAME see mount, or x-forwarded-prefix in forwarded; for REMOTE_USER let the web server speak FastCGI, AJP or uwsgi',
      );
    },
  ),
  differs(
    'proxy_protocol',
    '`proxy_protocol` of `[[listen]]`',
    'every connection must begin with a PROXY header, of either version',
    (option, facts) => {
      if (option.value === false || option.value === 'off') throw new Left('needless', 'it is off');
      facts.proxyProtocol = option;
    },
  ),
  same('proxy_allow_ips', '`allow` of `[[listen]]`', (option, facts) => {
    facts.peers.proxy = { value: peersOf(option), option };
  }),
  same('certfile', '`tls.certificate` of `[[listen]]`', (option, facts) => {
    facts.certificate = { value: textOf(option), option };
  }),
  same('keyfile', '`tls.key` of `[[listen]]`', (option, facts) => {
    facts.key = { value: textOf(option), option };
  }),
  lost(
    ['ssl_version', 'ciphers', 'cert_reqs', 'ca_certs'],
    'see tls of [[listen]]; or let a web server do it',
  ),
  needless(
    ['suppress_ragged_eofs', 'do_handshake_on_connect'],
    'the gateway does it so that no thread waits',
  ),
  differs(
    'keepalive',
    '`limits.keepalive_timeout`',
    'connections are kept whatever kind of worker there is',
    (option, { draft }) => {
      if (wholeOf(option) === 0) throw new Left('lost', 'connections are always kept; 0 is not possible');
      draft.at('limits').set('keepalive_timeout', `${positiveOf(option)}s`, option);
    },
  ),
  differs(
    'limit_request_fields',
    '`limits.variables_count`',
    'what the gateway says about the connection counts too',
    (option, { draft }) => draft.at('limits').set('variables_count', positiveOf(option), option),
  ),
  needless(
    ['limit_request_line', 'limit_request_field_size'],
    'limits.variables holds for the head of a request as a whole',
  ),
  differs(
    'header_map',
    'nothing',
    'headers with other characters than letters, digits and hyphens are left out',
    ({ value }) => {
      if (value === 'drop') throw new Left('needless', 'such headers are left out');
      throw new Left('lost', 'headers with other characters than letters, digits and hyphens are left out');
    },
  ),
  lost(
    [
      'permit_obsolete_folding',
      'permit_unconventional_http_method',
      'permit_unconventional_http_version',
      'strip_header_spaces',
      'casefold_http_method',
    ],
    'what two readers could understand differently is refused',
  ),
  needless('http_parser', 'there is one parser'),
  differs('http_protocols', '`protocol` of `[[listen]]`', 'only HTTP/1.1 is spoken', ({ value }) => {
    if (value === 'h1') throw new Left('needless', 'HTTP/1.1 is spoken');
    throw new Left('lost', 'only HTTP/1.1 is spoken; let a web server in front speak the others');
  }),
  lost('http2_*', 'only HTTP/1.1 is spoken; let a web server in front speak the others'),
  needless(
    ['sendfile', 'reuse_port'],
    'the gateway sends files itself, and there is one process that accepts',
  ),
  same('tmp_upload_dir', '`body.spool_directory`', text('body', 'spool_directory')),
];

const oneLog = 'what has been served is in the same log as all else, as JSON lines';
const notSyslog = 'the log is JSON lines in a file or on standard error, which journald keeps';

/** Logs and what watches gunicorn. */
export const logRows: readonly Row<GunicornFacts>[] = [
  differs('accesslog', '`log.access`', oneLog, (option, { draft }) => {
    textOf(option);
    draft.at('log').set('access', true, option);
  }),
  differs('errorlog', '`log.file`', 'the log is JSON lines', (option, { draft }) => {
    const file = textOf(option);
    if (file === '-') throw new Left('needless', 'the log is on standard error');
    draft.at('log').set('file', file, option);
  }),
  same('loglevel', '`log.level`', (option, { draft }) => {
    const levels: Readonly<Record<string, string>> = { warning: 'warn', critical: 'error' };
    const value = textOf(option).toLowerCase();
    draft.at('log').set('level', levels[value] ?? value, option);
  }),
  lost(
    ['access_log_format', 'logger_class', 'logconfig', 'logconfig_dict', 'logconfig_json'],
    'the log is JSON lines; see log.format',
  ),
  needless(
    ['capture_output', 'enable_stdio_inheritance', 'disable_redirect_access_to_syslog'],
    'what the application prints is in the log, line by line',
  ),
  differs('syslog', 'standard error', notSyslog, ({ value }) => {
    if (value === false) throw new Left('needless', 'it is off');
    throw new Left('lost', notSyslog);
  }),
  lost(['syslog_addr', 'syslog_prefix', 'syslog_facility'], notSyslog),
  lost(
    ['statsd_host', 'statsd_prefix', 'dogstatsd_tags', 'enable_backlog_metric'],
    'sluice status --json tells the same, over the control socket',
  ),
];
