// What an AJP listener must survive (AJP 1.3, and what went wrong in other implementations of it).
import { echo } from '../../harness/hostile/speaker.ts';
import { ajp } from '../../harness/hostile/speak-ajp.ts';
import {
  attribute,
  body,
  CONTENT_LENGTH,
  END,
  forward,
  HOST,
  int,
  NULL_STRING,
  packet,
  str,
} from './ajp-bytes.ts';
import { answered, closed, lyingLengths, sent, truncations, type Bait, type HostileRow } from './row.ts';
import type { LengthField } from './row.ts';

const POST = 4;
const honest = ({ marker }: Bait): Buffer => ajp.request(echo(marker));
const hidden = (bait: Bait): Buffer => ajp.request({ target: bait.hidden });
const post = (length: string | number): Buffer =>
  forward({ method: POST, headers: [[CONTENT_LENGTH, String(length)]] });
const MALFORMED = /"AJP_MALFORMED_REQUEST"/;

/** A request whose own length, read as the inner one of a body packet, is right: as body and as request it is valid. */
function ambiguous(bait: Bait): Buffer {
  const whole = hidden(bait).subarray(4);
  const filled = Buffer.alloc(0x0202 + 2, 0xff);
  whole.copy(filled);
  return packet(filled);
}

/** Every two bytes that can be a length. */
function lengthFields(bytes: Buffer): LengthField[] {
  return Array.from({ length: bytes.length - 1 }, (_, at) => ({ at, bytes: 2 as const }));
}

const requests: HostileRow[] = [
  ...[0, 28, 100, 254, 255].map((method) =>
    answered(`the method ${method}`, 400, MALFORMED, () => forward({ method })),
  ),
  ...[0x00, 0x0f, 0xff].map((code) =>
    answered(`the header code ${code}`, 400, MALFORMED, () => forward({ headers: [[code, 'v']] })),
  ),
  answered('a header without a name', 400, MALFORMED, () => forward({ headers: [[NULL_STRING, 'v']] })),
  answered('a header with an empty name', 400, MALFORMED, () => forward({ headers: [['', 'v']] })),
  answered('fewer headers than announced', 400, MALFORMED, () => forward({ headerCount: 2 })),
  answered('more headers than announced', 400, MALFORMED, () => forward({ headerCount: 0 })),
  answered('65535 headers', 400, /"AJP_TOO_MANY_HEADERS"/, () => forward({ headerCount: 65_535 })),
  answered('too many attributes', 400, /"AJP_TOO_MANY_HEADERS"|"AJP_MALFORMED_REQUEST"/, () =>
    forward({
      attributes: Buffer.concat([
        ...Array.from({ length: 2000 }, () => attribute('AJP_LOCAL_ADDR', 'a')),
        END,
      ]),
    }),
  ),
  ...['\r\nX: y', '\n', '\r', '\0'].flatMap((text) => [
    answered(`${JSON.stringify(text)} in a value`, 400, MALFORMED, () =>
      forward({ headers: [['X-A', `a${text}b`]] }),
    ),
    answered(`${JSON.stringify(text)} in a name`, 400, MALFORMED, () =>
      forward({ headers: [[`X${text}Y`, 'a']] }),
    ),
    answered(`${JSON.stringify(text)} in the path`, 400, MALFORMED, () => forward({ uri: `/echo${text}` })),
  ]),
  answered('a string that goes beyond the packet', 400, MALFORMED, () =>
    forward({ headers: [['X-A', int(60_000)]] }),
  ),
  answered('a string that ends with something else than NUL', 400, MALFORMED, () =>
    forward({ headers: [['X-A', Buffer.from('00016158', 'hex')]] }),
  ),
  answered('a null path', 400, MALFORMED, () => forward({ uri: NULL_STRING })),
  answered('no end', 400, MALFORMED, () => forward({ attributes: Buffer.alloc(0) })),
  answered('bytes behind the end', 400, MALFORMED, () => forward({ attributes: Buffer.of(0xff, 0, 0) })),
  answered('an attribute nobody knows', 400, MALFORMED, () => forward({ attributes: Buffer.of(0x0e, 0xff) })),
  answered('a key size that is a string', 400, MALFORMED, () =>
    forward({ attributes: Buffer.concat([Buffer.of(0x0b), str('128'), END]) }),
  ),
  ...[
    'javax.servlet.include.request_uri',
    'javax.servlet.include.path_info',
    'REMOTE_REALM',
    'wsgi.input',
  ].map((name) =>
    answered(`the attribute ${name}`, 403, /"AJP_FORBIDDEN_ATTRIBUTE"/, () =>
      forward({ attributes: Buffer.concat([attribute(name, '/WEB-INF/web.xml'), END]) }),
    ),
  ),
];

const bodies: HostileRow[] = [
  answered('two lengths', 400, /"AJP_BAD_BODY_FRAMING"/, () =>
    forward({
      method: POST,
      headers: [
        [CONTENT_LENGTH, '5'],
        [CONTENT_LENGTH, '5'],
      ],
    }),
  ),
  answered('two lengths, one of them spelled out', 400, /"AJP_BAD_BODY_FRAMING"/, () =>
    forward({
      method: POST,
      headers: [
        [CONTENT_LENGTH, '5'],
        ['content-length', '400'],
      ],
    }),
  ),
  answered('a length and a coding', 400, /"AJP_BAD_BODY_FRAMING"/, () =>
    forward({
      method: POST,
      headers: [
        [CONTENT_LENGTH, '5'],
        ['Transfer-Encoding', 'chunked'],
      ],
    }),
  ),
  ...['5x', '-1', '+5', '0x5', '1e1', ' 5', ''].map((length) =>
    answered(`the length ${JSON.stringify(length)}`, 400, /"AJP_BAD_BODY_FRAMING"/, () => post(length)),
  ),
  answered('a length that cannot be counted', 413, /"AJP_CONTENT_LENGTH_TOO_LARGE"/, () =>
    post('9007199254740993'),
  ),
  answered('a request behind one without a body', 400, /"AJP_UNDUE_BYTES"/, (bait) =>
    Buffer.concat([forward({}), hidden(bait)]),
  ),
  answered('a request in the place of no body', 400, /"AJP_UNDUE_BYTES"/, (bait) =>
    Buffer.concat([post(0), ambiguous(bait)]),
  ),
  answered('a request in the place of a body', 400, /"AJP_MALFORMED_BODY"/, (bait) =>
    Buffer.concat([post(400), hidden(bait)]),
  ),
  answered('a request that is more than the body', 400, /"AJP_BODY_TOO_LONG"/, (bait) =>
    Buffer.concat([post(5), ambiguous(bait)]),
  ),
  answered('a body packet with more than is due', 400, /"AJP_BODY_TOO_LONG"/, () =>
    Buffer.concat([post(3), body('hello')]),
  ),
  answered('a body packet shorter than it says', 400, /"AJP_MALFORMED_BODY"/, () =>
    Buffer.concat([post(9), body('hello', 9)]),
  ),
  answered('a body packet longer than it says', 400, /"AJP_MALFORMED_BODY"/, () =>
    Buffer.concat([post(5), body('hello', 3)]),
  ),
  answered('a ping in the place of a body', 400, /"AJP_MALFORMED_BODY"/, () =>
    Buffer.concat([post(5), Buffer.from('123400010a', 'hex')]),
  ),
];

export const ajpRows: readonly HostileRow[] = [
  truncations(honest),
  lyingLengths(honest, lengthFields),
  ...requests,
  ...bodies,
  closed('a wrong beginning', /"AJP_BAD_MAGIC"/, (bait) => packet(hidden(bait).subarray(4), 0x1235)),
  closed('a packet of the container', /"AJP_BAD_MAGIC"/, (bait) => packet(hidden(bait).subarray(4), 0x4142)),
  closed('an HTTP request', /"AJP_BAD_MAGIC"/, () => Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
  closed('an empty packet', /"AJP_UNEXPECTED_PACKET"/, () => packet(Buffer.alloc(0))),
  ...[0, 1, 3, 7, 8, 9, 11, 255].map((type) =>
    closed(`a packet of type ${type}`, /"AJP_UNEXPECTED_PACKET"/, () => packet(Buffer.of(type))),
  ),
  answered('a packet that is longer than any', 400, /"AJP_PACKET_TOO_LONG"/, () =>
    packet(Buffer.alloc(100), 0x1234, 0xffff),
  ),
  sent('a ping', { kind: 'kept', status: null }, () => Buffer.from('123400010a', 'hex')),
  sent('a body that ends early', { kind: 'refused', status: 400, log: /./ }, () =>
    Buffer.concat([post(10), body('hello'), packet(Buffer.alloc(0))]),
  ),
  sent('a request with a host only', { kind: 'kept', status: 200 }, () => forward({ headers: [[HOST, '']] })),
];

/** What {@link ajpSecretRows} come close to. */
export const SECRET = 's3cret';

/** What a listener that asks for a secret must survive besides. */
export const ajpSecretRows: readonly HostileRow[] = [
  ['no secret', END],
  ['another secret', Buffer.concat([Buffer.of(0x0c), str('s3creT'), END])],
  ['the beginning of the secret', Buffer.concat([Buffer.of(0x0c), str(SECRET.slice(0, -1)), END])],
  ['more than the secret', Buffer.concat([Buffer.of(0x0c), str(`${SECRET}x`), END])],
  ['an empty secret', Buffer.concat([Buffer.of(0x0c), str(''), END])],
  ['a null secret', Buffer.concat([Buffer.of(0x0c), NULL_STRING, END])],
].map(([name, attributes]) =>
  answered(String(name), 403, /"AJP_WRONG_SECRET"/, () =>
    forward({ attributes: Buffer.from(attributes ?? '') }),
  ),
);
