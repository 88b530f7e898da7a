// What a test must know of a protocol to attack a listener of it: how an honest request looks, and how an answer does.

/** An answer as far as the tests look at it. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** An honest request. */
export interface HonestRequest {
  readonly target: string;
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: readonly (readonly [string, string])[];
}

/** One protocol from the web server's side. */
export interface Speaker {
  readonly protocol: 'fastcgi' | 'ajp' | 'http' | 'scgi' | 'uwsgi';
  /** Whether a connection carries more than one request. */
  readonly isKept: boolean;
  /** The bytes of a request. On a kept connection it may follow any other that was answered. */
  request(request: HonestRequest): Buffer;
  /** The complete answers in what came, in order. What is left over, or not understood, is not looked at. */
  answers(received: Buffer, hasEnded: boolean): Answer[];
}

/** An honest request that is answered with `text`. */
export function echo(text: string): HonestRequest {
  return { method: 'POST', target: '/echo', body: text };
}

/** The variables of an honest request, for the protocols that send them. */
export function variablesOf({
  target,
  method = 'GET',
  body,
  headers = [],
}: HonestRequest): [string, string][] {
  const [path = '', query = ''] = target.split('?');
  return [
    ['CONTENT_LENGTH', body === undefined ? '0' : String(Buffer.from(body).length)],
    ['REQUEST_METHOD', method],
    ['REQUEST_URI', target],
    ['SCRIPT_NAME', ''],
    ['PATH_INFO', decodeURIComponent(path)],
    ['QUERY_STRING', query],
    ['SERVER_PROTOCOL', 'HTTP/1.1'],
    ['SERVER_NAME', 'localhost'],
    ['SERVER_PORT', '80'],
    ['REMOTE_ADDR', '127.0.0.1'],
    ...headers.map(
      ([name, value]) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value] as [string, string],
    ),
  ];
}

/** Reads a CGI response, or an HTTP one that ends with its connection. */
export function answerIn(text: string): Answer[] {
  const [, status, rest] = /^(?:Status: |HTTP\/1\.[01] )(\d{3})[^\r\n]*\r\n([^]*)$/.exec(text) ?? [];
  const end = rest?.indexOf('\r\n\r\n') ?? -1;
  const plain = rest?.startsWith('\r\n') === true ? rest.slice(2) : rest?.slice(end + 4);
  return status === undefined || end < 0 || plain === undefined
    ? []
    : [{ status: Number(status), body: plain }];
}
