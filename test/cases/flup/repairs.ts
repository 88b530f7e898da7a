// In what the stand-in for flup answers differently: every difference that the scripts show, and no other.
import type { ServerName } from './rows.ts';

/** One repair: what flup did, what happens now, and where the table of requests shows it. */
export interface Repair {
  /** What the guide says. */
  readonly flup: string;
  readonly sluice: string;
  /** Default: all servers. */
  readonly servers?: readonly ServerName[];
  /** The names of rows that show it. Default: all rows. */
  readonly rows?: readonly string[];
  /** The fields of the answer that differ in these rows. */
  readonly fields: RegExp;
  /** What some of the fields are now. */
  readonly now?: Readonly<Record<string, string>>;
}

const AJP = ['ajp', 'ajp_fork'] as const;
const SCGI = ['scgi', 'scgi_fork'] as const;
const FCGI = ['fcgi', 'fcgi_fork', 'fcgi_single'] as const;
const SOCKETS = [...FCGI, ...AJP, ...SCGI] as const;

const UNCAUGHT = ['an error before the head', 'no start_response', 'start_response twice', 'sys.exit()'];
const PAGE = /^(?:reason|body|header (?:content-type|content-length|cache-control))$/;

/** The table. */
export const repairs: readonly Repair[] = [
  {
    flup: 'An answer to HEAD keeps its body.',
    sluice: 'It has none.',
    servers: [...FCGI, ...SCGI],
    rows: ['method HEAD', 'a large answer to HEAD'],
    fields: /^body$/,
    now: { body: '' },
  },
  {
    flup: 'Over AJP, methods without a number of their own (PATCH, PURGE) end the connection without an answer.',
    sluice: 'They are served.',
    servers: AJP,
    rows: ['method PATCH', 'method PURGE'],
    fields: /./,
    now: { status: '200', body: 'made at run time', ending: 'whole' },
  },
  {
    flup: 'Over AJP, `PATH_INFO` is not decoded.',
    sluice: 'It is, once.',
    servers: AJP,
    rows: ['a blank in the path', 'a slash in the path', 'UTF-8 in the path', 'a percent sign in the path'],
    fields: /^PATH_INFO$/,
  },
  {
    flup: 'Where the web server sends no `PATH_INFO`, it is taken from the URI and not decoded.',
    sluice: 'It is taken from the URI and decoded.',
    servers: [...FCGI, ...SCGI, 'cgi'],
    rows: ['no path, and a blank in the URI'],
    fields: /^PATH_INFO$/,
  },
  {
    flup: 'With the plain `fastcgi_params` of nginx, which call the whole path `SCRIPT_NAME`, `PATH_INFO` is empty for every URL.',
    sluice:
      'All of it is `PATH_INFO`, from nginx, Caddy and HAProxy, unless they send a `PATH_INFO` of their own.',
    servers: [...FCGI, ...SCGI],
    rows: ['the whole path as script name, from nginx'],
    fields: /^(?:SCRIPT_NAME|PATH_INFO)$/,
    now: { SCRIPT_NAME: '""', PATH_INFO: '"/environ/x"' },
  },
  {
    flup: '`.` and `..` in a path reach the application.',
    sluice: 'They are resolved; a path that climbs out of the root is answered with 400.',
    servers: SOCKETS,
    rows: ['dots in the path'],
    fields: /^PATH_INFO$/,
    now: { PATH_INFO: '"/environ/b/c"' },
  },
  {
    flup: 'Where `SCRIPT_NAME` is not the beginning of the URI, so many characters are cut off the URI all the same.',
    sluice: '`PATH_INFO` is empty.',
    servers: [...FCGI, ...SCGI, 'cgi'],
    rows: ['a script name that is not in the URI'],
    fields: /^PATH_INFO$/,
    now: { PATH_INFO: '""' },
  },
  {
    flup: 'Over SCGI, `SERVER_NAME`, `SERVER_PORT` and `SERVER_PROTOCOL` may be missing.',
    sluice: 'They are filled in, as over FastCGI, with a line in the log.',
    servers: SCGI,
    rows: ['nothing about the server'],
    fields: /^SERVER_/,
  },
  {
    flup: 'Over AJP, `REQUEST_URI` lacks the query.',
    sluice: 'It is what the browser asked for.',
    servers: AJP,
    rows: ['environ of a query'],
    fields: /^REQUEST_URI$/,
  },
  {
    flup: 'Over AJP, there are no `GATEWAY_INTERFACE`, `SERVER_SOFTWARE` and `REQUEST_SCHEME`, and an empty `REMOTE_HOST`.',
    sluice: 'They are there, and `REMOTE_HOST` only if the web server knows it.',
    servers: AJP,
    fields: /^(?:GATEWAY_INTERFACE|SERVER_SOFTWARE|REQUEST_SCHEME|REMOTE_HOST)$/,
  },
  {
    flup: 'No `wsgi.file_wrapper`; a client that has gone is only noticed by writing.',
    sluice:
      '`wsgi.file_wrapper` has the gateway send the file; `sluice.client_gone`, `sluice.queue_ms` and `wsgi.input_terminated` are in the environ, too.',
    fields: /^(?:wsgi\.file_wrapper|wsgi\.input_terminated|sluice\.client_gone|sluice\.queue_ms)$/,
  },
  {
    flup: '`wsgi.input.readline(size)` ignores the size where a whole line has come.',
    sluice: 'It goes by it.',
    rows: ['an upload in lines'],
    fields: /^(?:body|header content-length)$/,
  },
  {
    flup: 'Only a list of one element gets a `Content-Length`.',
    sluice: 'Every answer does whose length is known before it is sent.',
    servers: SOCKETS,
    rows: ['a list of two', 'a large answer', 'a large answer to HEAD', 'a file'],
    fields: /^header content-length$/,
  },
  {
    flup: 'An empty answer has no `Content-Length`.',
    sluice: 'It has one of 0.',
    rows: ['an empty answer'],
    fields: /^header content-length$/,
  },
  {
    flup: 'An answer shorter than its `Content-Length` is sent, and ends as if it were whole.',
    sluice: 'It is 500 if nothing was sent, else broken off.',
    servers: SOCKETS,
    rows: ['an answer that is too short'],
    fields: /./,
    now: { status: '500', ending: 'whole' },
  },
  {
    flup: 'An answer longer than its `Content-Length` is sent, and what is too much spoils the next one on the connection.',
    sluice: 'It is cut to its length.',
    servers: SOCKETS,
    rows: ['an answer that is too long'],
    fields: /^(?:body|ending)$/,
    now: { body: '12345', ending: 'whole' },
  },
  {
    flup: 'The error page is "Unhandled Exception".',
    sluice:
      'It is a page in HTML or JSON, by what the client accepts, with a line in the log that names the request.',
    servers: SOCKETS,
    rows: UNCAUGHT,
    fields: PAGE,
  },
  {
    flup: 'Over AJP the error page has status 200.',
    sluice: 'It has status 500.',
    servers: AJP,
    rows: UNCAUGHT,
    fields: /^status$/,
    now: { status: '500' },
  },
  {
    flup: 'An exception after the head ends the answer as if it were whole.',
    sluice: 'It is broken off, so that nobody takes a half for the whole.',
    servers: SOCKETS,
    rows: ['an error after the head', 'exc_info after the head'],
    // What was on its way may be lost with the connection.
    fields: /./,
    now: { ending: 'cut off' },
  },
  {
    flup: 'Headers of the connection (`Connection`, `Transfer-Encoding`, ...) are passed on.',
    sluice: "They are dropped: they are the web server's to say.",
    rows: ['a header of the connection'],
    fields: /^header connection$/,
  },
  {
    flup: "Line ends in a header become headers of the attacker's choice.",
    sluice: 'The answer is 500, and the log names the header.',
    rows: ['a header with line ends'],
    fields: /./,
    now: { status: '500' },
  },
  {
    flup: 'As CGI, nothing gets through on Python 3. (The other lines about CGI compare with FastCGI.)',
    sluice: 'Answers get through, the error page as text.',
    servers: ['cgi'],
    rows: UNCAUGHT,
    fields: PAGE,
  },
  {
    flup: 'As CGI, the environment of the process is a part of the environ.',
    sluice: 'It is, as bytes in latin-1.',
    servers: ['cgi'],
    fields: /^(?:PATH|PYTHONPATH|LC_CTYPE|wsgi\.multiprocess|wsgi\.multithread|wsgi\.run_once)$/,
  },
];
