// What scripts are asked, under flup and under what stands in for it.
import type { Question } from '../../harness/flup/ask.ts';

/** How a script is served: the module of flup. */
export type ServerName =
  'fcgi' | 'fcgi_fork' | 'fcgi_single' | 'ajp' | 'ajp_fork' | 'scgi' | 'scgi_fork' | 'cgi';

/** What the module speaks. */
export type Spoken = 'fastcgi' | 'ajp' | 'scgi' | 'cgi';

/** One question. */
export interface Row extends Question {
  readonly name: string;
  /** Default: all. */
  readonly over?: readonly Spoken[];
}

/** Protocols whose variables the web server chooses. */
const CHOSEN = ['fastcgi', 'scgi', 'cgi'] as const;
const UPLOAD = Array.from({ length: 6000 }, (_, at) => `line ${at}\n`).join('');
const BYTES = Array.from({ length: 256 }, (_, at) => String.fromCharCode(at)).join('');

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND', 'PURGE'];

/** The table. */
export const rows: readonly Row[] = [
  ...methods.map((method) => ({ name: `method ${method}`, method, target: '/hello' })),
  { name: 'environ', target: '/environ' },
  { name: 'environ of a query', target: '/environ?a=b&c=%20d' },
  {
    name: 'environ with headers',
    target: '/environ',
    headers: [
      ['X-Word', 'yes'],
      ['Cookie', 'a=1; b=2'],
      ['X-Latin', 'caf\xe9'],
      ['Authorization', 'Basic eDp5'],
      ['Accept', '*/*'],
    ],
  },
  {
    name: 'environ of an upload',
    method: 'POST',
    target: '/environ',
    body: 'a=1',
    headers: [['Content-Type', 'application/x-www-form-urlencoded']],
  },
  { name: 'a blank in the path', target: '/environ/a%20b' },
  { name: 'a slash in the path', target: '/environ/a%2Fb' },
  { name: 'UTF-8 in the path', target: '/environ/caf%C3%A9' },
  { name: 'a percent sign in the path', target: '/environ/%2541' },
  { name: 'dots in the path', target: '/environ/a/../b/./c' },
  { name: 'two slashes in the path', target: '/environ//a' },
  {
    name: 'a script name',
    over: CHOSEN,
    target: '/app/environ/x',
    variables: { SCRIPT_NAME: '/app', PATH_INFO: '/environ/x' },
  },
  {
    name: 'a script name and no path',
    over: CHOSEN,
    target: '/app?route=environ',
    variables: { SCRIPT_NAME: '/app', PATH_INFO: null },
  },
  {
    name: 'the whole path as script name',
    over: CHOSEN,
    target: '/environ/x?route=environ',
    variables: { SCRIPT_NAME: '/environ/x', PATH_INFO: null },
  },
  {
    name: 'the whole path as script name, from nginx',
    over: CHOSEN,
    target: '/environ/x?route=environ',
    variables: { SCRIPT_NAME: '/environ/x', PATH_INFO: null, SERVER_SOFTWARE: 'nginx/1.22.1' },
  },
  { name: 'an empty path', over: CHOSEN, target: '/environ/x', variables: { PATH_INFO: '' } },
  { name: 'no path', over: CHOSEN, target: '/environ/x', variables: { PATH_INFO: null } },
  {
    name: 'no path, and a blank in the URI',
    over: CHOSEN,
    target: '/environ/a%20b',
    variables: { PATH_INFO: null },
  },
  { name: 'no script name', over: CHOSEN, target: '/environ/x', variables: { SCRIPT_NAME: null } },
  {
    name: 'a script name that is not in the URI',
    over: CHOSEN,
    target: '/other/environ?route=environ',
    variables: { SCRIPT_NAME: '/app', PATH_INFO: null },
  },
  { name: 'no query', over: CHOSEN, target: '/environ/x', variables: { QUERY_STRING: null } },
  {
    name: 'the query only in the URI',
    over: CHOSEN,
    target: '/environ?a=b',
    variables: { QUERY_STRING: null },
  },
  {
    name: 'neither URI nor query',
    over: CHOSEN,
    target: '/environ',
    variables: { REQUEST_URI: null, QUERY_STRING: null },
  },
  { name: 'https', over: CHOSEN, target: '/environ', variables: { HTTPS: 'on' } },
  { name: 'https by 1', over: CHOSEN, target: '/environ', variables: { HTTPS: '1' } },
  { name: 'https off', over: CHOSEN, target: '/environ', variables: { HTTPS: 'off' } },
  {
    name: 'nothing about the server',
    over: ['fastcgi', 'scgi'],
    target: '/environ',
    variables: { SERVER_NAME: null, SERVER_PORT: null, SERVER_PROTOCOL: null },
  },
  {
    name: 'variables of the web server',
    over: CHOSEN,
    target: '/environ',
    variables: { DOCUMENT_ROOT: '/srv', REMOTE_USER: 'somebody', MY_OWN: 'caf\xe9' },
  },
  { name: 'an upload', method: 'POST', target: '/echo', body: UPLOAD },
  { name: 'an upload of every byte', method: 'POST', target: '/echo', body: BYTES },
  { name: 'an empty upload', method: 'POST', target: '/echo', body: '' },
  {
    name: 'an upload read to its end',
    over: ['fastcgi', 'ajp'],
    method: 'POST',
    target: '/echo-all',
    body: UPLOAD,
  },
  {
    name: 'an upload in lines',
    over: ['fastcgi', 'ajp'],
    method: 'POST',
    target: '/lines',
    body: 'one\ntwo two\nthree\n\nfive',
  },
  {
    name: 'an upload nobody reads',
    over: ['fastcgi', 'ajp'],
    method: 'POST',
    target: '/unread',
    body: UPLOAD,
  },
  { name: 'an answer in several pieces', target: '/pieces' },
  { name: 'a list of two', target: '/two-pieces' },
  { name: 'write()', target: '/written' },
  { name: '204', target: '/nothing' },
  { name: 'an empty answer', target: '/empty' },
  { name: 'a large answer', target: '/large' },
  { name: 'a large answer to HEAD', method: 'HEAD', target: '/large' },
  { name: 'cookies', target: '/cookies' },
  { name: 'a redirection', target: '/moved' },
  { name: 'a status nobody knows', target: '/odd-status' },
  { name: '404', target: '/not-there' },
  { name: 'a length of its own', target: '/told-length' },
  { name: 'an answer that is too short', target: '/too-short' },
  { name: 'an answer that is too long', target: '/too-long' },
  { name: 'a file', target: '/file' },
  { name: 'an error before the head', target: '/raised' },
  { name: 'an error after the head', target: '/raised-later' },
  { name: 'exc_info before the head', target: '/mended' },
  { name: 'exc_info after the head', target: '/not-mended' },
  { name: 'no start_response', target: '/silent' },
  { name: 'start_response twice', target: '/twice' },
  { name: 'sys.exit()', target: '/exits' },
  { name: 'str instead of bytes', target: '/as-text' },
  { name: 'bytes in the head', target: '/as-bytes' },
  { name: 'a header of the connection', target: '/hop-by-hop' },
  { name: 'a header with line ends', target: '/split-header' },
  { name: 'wsgi.errors', target: '/complaint' },
];
