// What a FastCGI listener must survive (FastCGI 1.0, and what went wrong in other implementations of it).
import {
  encodeAbortRequest,
  encodeBeginRequest,
  encodeGetValues,
  encodePairs,
  encodeParams,
  encodeRecord,
  encodeStream,
  encodeStreamEnd,
  HEADER_LENGTH,
  RecordType,
  Role,
} from '@sluice/fastcgi';
import { fastcgiRequest } from '../../harness/hostile/speak-fastcgi.ts';
import { echo, variablesOf } from '../../harness/hostile/speaker.ts';
import { closed, lyingLengths, sent, truncations, type Bait, type HostileRow } from './row.ts';
import type { LengthField } from './row.ts';

const { STDIN, PARAMS } = RecordType;
const BEGIN = encodeBeginRequest(1, Role.RESPONDER, true);
const KEPT = { kind: 'kept', status: null } as const;
const CLOSED_OR_KEPT = { kind: 'closed or kept' } as const;
const SERVED = { kind: 'served' } as const;

const honest = ({ marker }: Bait): Buffer => fastcgiRequest(1, echo(marker));
const hidden = (bait: Bait): Buffer => fastcgiRequest(2, { target: bait.hidden });

/** A request with variables of one's own in front of, behind or instead of the usual ones. */
function withVariables(
  pairs: readonly (readonly [string, string | Uint8Array])[],
  body: string | Uint8Array = '',
): Buffer {
  const names = new Set(pairs.map(([name]) => name));
  const usual = variablesOf({ target: '/echo', method: 'POST' }).filter(([name]) => !names.has(name));
  return Buffer.concat([
    BEGIN,
    encodeParams(1, [...usual, ...pairs]),
    encodeStream(STDIN, 1, Buffer.from(body)),
    encodeStreamEnd(STDIN, 1),
  ]);
}

/** Records of PARAMS with any content, and their end. */
function rawParams(content: Uint8Array): Buffer {
  return Buffer.concat([BEGIN, encodeRecord(PARAMS, 1, content), encodeRecord(PARAMS, 1, Buffer.alloc(0))]);
}

function withVersion(version: number, bait: Bait): Buffer {
  const bytes = honest(bait);
  bytes[0] = version;
  return bytes;
}

/** Where the lengths of records stand, and of the first pairs in PARAMS. */
function lengthFields(bytes: Buffer): LengthField[] {
  const fields: LengthField[] = [];
  for (
    let at = 0;
    at < bytes.length;
    at += HEADER_LENGTH + bytes.readUInt16BE(at + 4) + (bytes[at + 6] ?? 0)
  ) {
    fields.push({ at: at + 4, bytes: 2 }, { at: at + 6, bytes: 1 });
    if (bytes[at + 1] !== PARAMS || bytes.readUInt16BE(at + 4) === 0) continue;
    fields.push({ at: at + 8, bytes: 1 }, { at: at + 9, bytes: 1 }, { at: at + 8, bytes: 4 });
  }
  return fields;
}

/** A body in one record of that size and padding, both of which hold a whole request. */
function paddedBody(bait: Bait, contentBytes: number, paddingBytes: number): Buffer {
  const secret = hidden(bait);
  const content = Buffer.alloc(contentBytes);
  for (let at = 0; at < contentBytes; at += secret.length) secret.copy(content, at);
  const header = Buffer.of(1, STDIN, 0, 1, contentBytes >> 8, contentBytes & 0xff, paddingBytes, 0);
  return Buffer.concat([
    BEGIN,
    encodeParams(1, variablesOf({ target: '/digest', method: 'POST', body: content })),
    header,
    content,
    secret.subarray(0, paddingBytes),
    Buffer.alloc(Math.max(0, paddingBytes - secret.length)),
    encodeStreamEnd(STDIN, 1),
  ]);
}

const NUL_LENGTHS = ['-5', '+5', '5x', '0x5', '1e1', ' 5', '5 ', '9007199254740993', '99999999999999999999'];

export const fastcgiRows: readonly HostileRow[] = [
  // A request is complete with its last byte of body; padding and the end are not waited for.
  truncations((bait) => {
    const whole = honest(bait);
    return whole.subarray(0, whole.lastIndexOf(bait.marker) + bait.marker.length);
  }),
  lyingLengths(honest, lengthFields),
  ...[0, 2, 255].map((version) =>
    closed(`version ${version}`, /"FCGI_VERSION"/, (bait) => withVersion(version, bait)),
  ),
  closed('an HTTP request', /"FCGI_VERSION"/, () => Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
  closed('BEGIN_REQUEST with the id 0', /"FCGI_NULL_REQUEST_ID"/, () =>
    encodeBeginRequest(0, Role.RESPONDER, true),
  ),
  ...[0, 7, 9, 16, 65_535].map((bytes) =>
    closed(`BEGIN_REQUEST of ${bytes} bytes`, /"FCGI_BODY_LENGTH"/, () =>
      encodeRecord(RecordType.BEGIN_REQUEST, 1, Buffer.alloc(bytes, 1)),
    ),
  ),
  closed('BEGIN_REQUEST for a request that is running', /"FCGI_DUPLICATE_ID"/, (bait) =>
    Buffer.concat([BEGIN, BEGIN, hidden(bait)]),
  ),
  closed('a body before its variables', /"FCGI_OUT_OF_ORDER"/, (bait) =>
    Buffer.concat([BEGIN, encodeStream(STDIN, 1, hidden(bait))]),
  ),
  closed('variables after their end', /"FCGI_OUT_OF_ORDER"/, ({ marker }) =>
    Buffer.concat([
      rawParams(encodePairs(variablesOf({ ...echo(marker), body: `${marker}more` }))),
      encodeParams(1, [['SCRIPT_NAME', '/admin']]),
    ]),
  ),
  closed('pairs that end inside a pair', /"FCGI_PAIRS_MALFORMED"/, () =>
    rawParams(Buffer.from('0101416201', 'hex')),
  ),
  closed('a name of 2 GiB', /"FCGI_PARAMS_TOO_LARGE"/, () =>
    rawParams(Buffer.from('ffffffffffffffff58', 'hex')),
  ),
  closed('a value of 2 GiB', /"FCGI_PARAMS_TOO_LARGE"/, () =>
    rawParams(Buffer.from('01ffffffff4158', 'hex')),
  ),
  closed('too many bytes of variables', /"FCGI_PARAMS_TOO_LARGE"/, () =>
    Buffer.concat([
      BEGIN,
      ...Array.from({ length: 5 }, () => encodeParams(1, [['A', 'x'.repeat(60_000)]]).subarray(0, -8)),
    ]),
  ),
  closed('too many variables', /"FCGI_TOO_MANY_PARAMS"/, () =>
    rawParams(encodePairs(Array.from({ length: 2000 }, (_, at) => [`V${at}`, ''] as const))),
  ),
  closed('an end inside a record, then a request', /"FCGI_VERSION"/, (bait) =>
    Buffer.concat([honest(bait), Buffer.from('01050001000a0000616263', 'hex'), hidden(bait)]).subarray(),
  ),
  sent('a role nobody plays', KEPT, () =>
    encodeRecord(RecordType.BEGIN_REQUEST, 1, Buffer.from('0004010000000000', 'hex')),
  ),
  sent('the role of an authorizer', KEPT, () =>
    Buffer.concat([
      encodeBeginRequest(1, Role.AUTHORIZER, true),
      rawParams(Buffer.of(1, 0, 65)).subarray(16),
    ]),
  ),
  sent('reserved bits and bytes', SERVED, (bait) => {
    const bytes = honest(bait);
    for (const at of [7, 11, 12, 13, 14, 15]) bytes[at] = 0xff;
    return bytes;
  }),
  sent('an answer instead of a request', CLOSED_OR_KEPT, (bait) =>
    Buffer.concat([
      encodeRecord(RecordType.STDOUT, 1, hidden(bait)),
      encodeRecord(RecordType.END_REQUEST, 1, Buffer.alloc(8)),
    ]),
  ),
  sent('management nobody knows', KEPT, () => encodeRecord(77, 0, Buffer.from('zz'))),
  sent('a question for values with a request id', KEPT, () =>
    encodeRecord(RecordType.GET_VALUES, 3, Buffer.alloc(5)),
  ),
  closed('a question for values that is too long', /"FCGI_MANAGEMENT_TOO_LARGE"/, () =>
    encodeRecord(RecordType.GET_VALUES, 0, Buffer.alloc(60_000)),
  ),
  sent('a thousand questions for values', KEPT, () =>
    Buffer.concat(Array.from({ length: 1000 }, () => encodeGetValues())),
  ),
  sent('the abort of a request that is not there', KEPT, () => encodeAbortRequest(9)),
  sent('a request aborted at once', KEPT, () => Buffer.concat([BEGIN, encodeAbortRequest(1)])),
  sent('requests aborted among others', CLOSED_OR_KEPT, (bait) =>
    Buffer.concat(
      Array.from({ length: 64 }, (_, at) => {
        const whole = fastcgiRequest(at + 1, echo(bait.marker));
        return at % 2 === 0 ? whole : Buffer.concat([whole.subarray(0, -8), encodeAbortRequest(at + 1)]);
      }),
    ),
  ),
  sent('more requests than one connection may have', { kind: 'harmless' }, () =>
    Buffer.concat(Array.from({ length: 2000 }, (_, at) => encodeBeginRequest(at + 1, Role.RESPONDER, true))),
  ),
  {
    name: 'a record of any type, for no request, one that is running and one that is not',
    inputs: ({ marker }) =>
      Array.from({ length: 256 }, (_, type) => type).flatMap((type) =>
        [0, 1, 77].map((id) =>
          Buffer.concat([
            fastcgiRequest(1, echo(marker)).subarray(0, -8),
            encodeRecord(type, id, Buffer.from('0001010000000000', 'hex')),
          ]),
        ),
      ),
    fate: CLOSED_OR_KEPT,
  },
  ...NUL_LENGTHS.map((length) =>
    sent(`CONTENT_LENGTH ${JSON.stringify(length)}`, { kind: 'kept', status: 400 }, () =>
      withVariables([['CONTENT_LENGTH', length]], 'hello'),
    ),
  ),
  sent('two CONTENT_LENGTHs', { kind: 'kept', status: 400 }, (bait) =>
    withVariables(
      [
        ['CONTENT_LENGTH', '5'],
        ['CONTENT_LENGTH', '400'],
      ],
      hidden(bait),
    ),
  ),
  sent('NUL in a name', { kind: 'kept', status: 400 }, () => withVariables([['A\0HTTP_X', 'b']])),
  sent('NUL in a value', { kind: 'kept', status: 400 }, () => withVariables([['A', 'b\0HTTP_X\0c']])),
  sent('NUL in the path', { kind: 'kept', status: 400 }, () => withVariables([['PATH_INFO', '/echo\0.php']])),
  sent('a body that is too short', { kind: 'kept', status: 400 }, ({ marker }) =>
    withVariables([['CONTENT_LENGTH', '400']], marker),
  ),
  sent('a body that is too long, with a request behind its end', SERVED, (bait) =>
    withVariables(
      [['CONTENT_LENGTH', String(bait.marker.length)]],
      Buffer.concat([Buffer.from(bait.marker), hidden(bait)]),
    ),
  ),
  sent('more of a body after its end', SERVED, (bait) =>
    Buffer.concat([honest(bait), encodeStream(STDIN, 1, hidden(bait))]),
  ),
  ...[0, 1, 65_535].flatMap((content) =>
    [0, 1, 255].map((padding) =>
      sent(
        `${content} bytes with ${padding} of padding, full of requests`,
        { kind: 'kept', status: 200 },
        (bait) => paddedBody(bait, content, padding),
      ),
    ),
  ),
];
