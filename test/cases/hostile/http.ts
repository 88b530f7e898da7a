// What the HTTP listener must survive: what two readers could understand differently, and what is no HTTP at all.
import { http } from '../../harness/hostile/speak-http.ts';
import { echo } from '../../harness/hostile/speaker.ts';
import { answered, sent, truncations, type Bait, type Fate, type HostileRow } from './row.ts';

const BAD = /"SLUICE_BAD_REQUEST"/;
const POST = 'POST /echo HTTP/1.1\r\nHost: a\r\n';
const GET = 'GET /echo HTTP/1.1\r\nHost: a\r\n';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const honest = ({ marker }: Bait): Buffer => http.request(echo(marker));
const hidden = (bait: Bait): string => `GET ${bait.hidden} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** Heads that are refused whatever comes behind them. */
const heads: Readonly<Record<string, readonly [head: string, status?: number]>> = {
  'no request at all': ['hello there\r\n\r\n'],
  'a TLS handshake': ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
  'HTTP/2 without asking': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  'HTTP/0.9': ['GET /echo\r\n\r\n'],
  'HTTP/1.2': ['GET /echo HTTP/1.2\r\nHost: a\r\n\r\n'],
  'HTTP/3.0': ['GET /echo HTTP/3.0\r\nHost: a\r\n\r\n'],
  'a method that is none': ['G(T /echo HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a target with a fragment': ['GET /echo#x HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a target that is no path': ['GET echo HTTP/1.1\r\nHost: a\r\n\r\n'],
  'the target * of a GET': ['GET * HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a target of another host': ['GET http://b/echo HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a target with a NUL': ['GET /echo\0 HTTP/1.1\r\nHost: a\r\n\r\n'],
  'no Host': ['GET /echo HTTP/1.1\r\n\r\n'],
  'two Hosts': [`${GET}Host: b\r\n\r\n`],
  'a Host that is none': ['GET /echo HTTP/1.1\r\nHost: a/b@c\r\n\r\n'],
  'two Content-Types': [`${GET}Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n`],
  'a header without a colon': [`${GET}nonsense\r\n\r\n`],
  'a header without a name': [`${GET}: a\r\n\r\n`],
  'a space before the colon': [`${GET}X-A : a\r\n\r\n`],
  'a folded header': [`${GET}X-A: a\r\n b\r\n\r\n`],
  'a NUL in a value': [`${GET}X-A: a\0b\r\n\r\n`],
  'a CR in a value': [`${GET}X-A: a\rX-B: b\r\n\r\n`],
  'a NUL in a name': [`${GET}X\0A: a\r\n\r\n`],
  'lines that end with LF only': ['GET /echo HTTP/1.1\nHost: a\n\n'],
  'a head that is too large': [`${GET}X-A: ${'x'.repeat(300_000)}\r\n\r\n`, 431],
  'too many headers': [
    `${GET}${Array.from({ length: 1500 }, (_, at) => `X-${at}: a\r\n`).join('')}\r\n`,
    431,
  ],
  'a length and a coding': [`${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  'a coding and a length': [`${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`],
  'two lengths': [`${POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`],
  'the same length twice': [`${POST}Content-Length: 5\r\nContent-Length: 5\r\n\r\n`],
  'a list of lengths': [`${POST}Content-Length: 5, 5\r\n\r\n`],
  'a length with a sign': [`${POST}Content-Length: +5\r\n\r\n`],
  'a length below none': [`${POST}Content-Length: -5\r\n\r\n`],
  'a length in hexadecimal digits': [`${POST}Content-Length: 0x5\r\n\r\n`],
  'a length that cannot be counted': [`${POST}Content-Length: 99999999999999999999999\r\n\r\n`],
  'chunked before something else': [`${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
  'a coding in HTTP/1.0': ['POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  'a coding nobody knows': [`${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 501],
  'a coding with a tab in it': [`${POST}Transfer-Encoding:\tchunked, gzip\r\n\r\n0\r\n\r\n`],
  'chunked twice': [`${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  CONNECT: ['CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n', 501],
  'an expectation nobody knows': [`${GET}Expect: miracle\r\n\r\n`, 417],
};

/** Chunks that are none. */
const chunks: Readonly<Record<string, string>> = {
  'a size that is none': 'x\r\nhello\r\n0\r\n\r\n',
  'a size with a sign': '+5\r\nhello\r\n0\r\n\r\n',
  'a size in the notation of C': '0x5\r\nhello\r\n0\r\n\r\n',
  'a size with a space': '5 \r\nhello\r\n0\r\n\r\n',
  'a size that cannot be counted': 'ffffffffffffffffff\r\nhello\r\n0\r\n\r\n',
  'an empty size': '\r\nhello\r\n0\r\n\r\n',
  'less data than its size': '6\r\nhello\r\n0\r\n\r\n',
  'more data than its size': '4\r\nhello\r\n0\r\n\r\n',
  'LF behind the size': '5\nhello\r\n0\r\n\r\n',
  'LF behind the data': '5\r\nhello\n0\r\n\r\n',
  'a bare CR in an extension': '5;a\rb\r\nhello\r\n0\r\n\r\n',
  'an endless extension': `5;${'x'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
};

/** Whatever comes behind a refused head or chunk is not read. */
function refusedBeforeHidden(name: string, head: string, status: number): HostileRow {
  const kind: Fate = {
    kind: 'refused',
    status,
    log: /"SLUICE_(?:BAD_REQUEST|HEAD_TOO_LARGE|NOT_SUPPORTED|EXPECTATION_FAILED)"/,
  };
  return sent(name, kind, (bait) => latin1(head + hidden(bait)));
}

export const httpRows: readonly HostileRow[] = [
  truncations(honest),
  ...Object.entries(heads).map(([name, [head, status = 400]]) => refusedBeforeHidden(name, head, status)),
  ...Object.entries(chunks).map(([name, body]) =>
    sent(`a chunk with ${name}`, { kind: 'harmless' }, (bait) =>
      latin1(`${POST}Transfer-Encoding: chunked\r\n\r\n${body}${hidden(bait)}`),
    ),
  ),
  answered('a trailer that would be a length', 400, BAD, (bait) =>
    latin1(
      `${POST}Transfer-Encoding: chunked\r\n\r\n${bait.marker.length.toString(16)}\r\n${bait.marker}\r\n0\r\nContent-Length: 400\r\n\r\n${hidden(bait)}`,
    ),
  ),
  sent('a request in a body', { kind: 'kept', status: 200 }, (bait) => {
    const body = hidden(bait);
    return latin1(`POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }),
  sent('a request in the body of a GET', { kind: 'kept', status: 200 }, (bait) => {
    const body = hidden(bait);
    return latin1(`GET /digest HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }),
  sent('a request in a chunk', { kind: 'kept', status: 200 }, (bait) => {
    const body = hidden(bait);
    return latin1(
      `POST /digest HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    );
  }),
  answered('%00 in the path', 400, BAD, () => latin1('GET /echo%00.php HTTP/1.1\r\nHost: a\r\n\r\n')),
  answered('a path that climbs', 400, BAD, () => latin1('GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n')),
  answered('a size that is not there', 400, BAD, () =>
    latin1(`${POST}Transfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n`),
  ),
];
