// How requests of SCGI and uwsgi are read: whole, byte by byte, cut at every boundary, and when they are none.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ContentLengthError } from '../../src/fronts/content-length.ts';
import { DialectError, type DecodedHead, type Dialect, type HeadLimits } from '../../src/fronts/dialect.ts';
import { SCGI } from '../../src/fronts/scgi.ts';
import { UWSGI } from '../../src/fronts/uwsgi.ts';
import { block, netstring, packet, scgi, uwsgi } from '../helpers/dialect-peer.ts';
import { everySplit } from '../helpers/splits.ts';

const LIMITS: HeadLimits = { variablesBytes: 65_536, variablesCount: 50 };

type Seen =
  | {
      readonly variables: readonly (readonly [string, string])[];
      readonly body: string;
      readonly length: number;
    }
  | { readonly answer: string }
  | { readonly refused: string }
  | 'incomplete';

/** What becomes of chunks; of the body as far as it came, which nothing may change. */
function decode(dialect: Dialect, chunks: readonly Buffer[], limits = LIMITS): Seen {
  const decoder = dialect.makeDecoder(limits);
  let head: DecodedHead | null = null;
  let body = '';
  try {
    for (const chunk of chunks) {
      if (head) body += chunk.toString('latin1');
      else head = decoder.push(chunk);
    }
  } catch (error) {
    if (error instanceof DialectError || error instanceof ContentLengthError) return { refused: error.code };
    throw error;
  }
  if (!head) return 'incomplete';
  if (head.kind === 'ping') return { answer: head.answer.toString('hex') };
  return {
    variables: [...head.variables.entries()],
    length: head.contentBytes,
    body: head.rest.toString('latin1') + body,
  };
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

interface Golden {
  readonly name: string;
  readonly dialect: Dialect;
  readonly bytes: Buffer;
  readonly seen: Seen;
}

const GOLDEN: readonly Golden[] = [
  {
    name: 'S01: four pairs and the body hello',
    dialect: SCGI,
    bytes: hex(
      '35393a434f4e54454e545f4c454e475448003500534347490031 00524551554553545f4d4554484f4400504f535400524551554553545f555249002f78002c68656c6c6f',
    ),
    seen: {
      variables: [
        ['CONTENT_LENGTH', '5'],
        ['SCGI', '1'],
        ['REQUEST_METHOD', 'POST'],
        ['REQUEST_URI', '/x'],
      ],
      body: 'hello',
      length: 5,
    },
  },
  {
    name: 'S02: the smallest legal request',
    dialect: SCGI,
    bytes: hex('32343a434f4e54454e545f4c454e475448003000534347490031002c'),
    seen: {
      variables: [
        ['CONTENT_LENGTH', '0'],
        ['SCGI', '1'],
      ],
      body: '',
      length: 0,
    },
  },
  {
    name: 'S03: a netstring closed by a semicolon',
    dialect: SCGI,
    bytes: hex('32343a434f4e54454e545f4c454e475448003000534347490031003b'),
    seen: { refused: 'HEAD_MALFORMED' },
  },
  {
    name: 'S05: a length with a leading zero',
    dialect: SCGI,
    bytes: hex('3032343a434f4e54454e545f4c454e475448003000534347490031002c'),
    seen: { refused: 'WRONG_PROTOCOL' },
  },
  {
    name: 'S06: a length of twelve digits',
    dialect: SCGI,
    bytes: hex('3939393939393939393939393a'),
    seen: { refused: 'WRONG_PROTOCOL' },
  },
  {
    name: 'S07: three variables, one of them empty',
    dialect: UWSGI,
    bytes: hex(
      '003400000e00524551554553545f4d4554484f440300474554 0900504154485f494e464f02002f780c0051554552595f535452494e470000',
    ),
    seen: {
      variables: [
        ['REQUEST_METHOD', 'GET'],
        ['PATH_INFO', '/x'],
        ['QUERY_STRING', ''],
      ],
      body: '',
      length: 0,
    },
  },
  {
    name: 'S09: variables that end inside a length',
    dialect: UWSGI,
    bytes: hex(
      '003300000e00524551554553545f4d4554484f440300474554 0900504154485f494e464f02002f780c0051554552595f535452494e4700',
    ),
    seen: { refused: 'HEAD_MALFORMED' },
  },
  { name: 'S10: a ping', dialect: UWSGI, bytes: hex('64000000'), seen: { answer: '64000001' } },
];

describe('golden bytes', () => {
  it.each(GOLDEN)('$name', ({ dialect, bytes, seen }) => {
    for (const chunks of everySplit(bytes)) expect(decode(dialect, chunks)).toEqual(seen);
  });

  it.each(GOLDEN.filter(({ seen }) => typeof seen === 'object' && 'variables' in seen))(
    '$name, and any part of it is waited on',
    ({ dialect, bytes, seen }) => {
      const bodyBytes = typeof seen === 'object' && 'body' in seen ? seen.body.length : 0;
      for (let end = 0; end < bytes.length - bodyBytes; end++) {
        expect(decode(dialect, [bytes.subarray(0, end)])).toBe('incomplete');
      }
    },
  );
});

describe('SCGI refuses', () => {
  const first = block([
    ['CONTENT_LENGTH', '0'],
    ['SCGI', '1'],
  ]);
  it.each([
    ['an empty netstring', '0:,', 'WRONG_PROTOCOL'],
    ['a length without digits', ':,', 'WRONG_PROTOCOL'],
    ['a negative length', '-1:,', 'WRONG_PROTOCOL'],
    ['a length in hexadecimal', '1a:', 'WRONG_PROTOCOL'],
    ['a blank before the colon', '12 :', 'WRONG_PROTOCOL'],
    ['eight digits without waiting for a colon', '12345678', 'WRONG_PROTOCOL'],
    ['a length over the limit before anything is allocated', '65537:', 'HEAD_TOO_LARGE'],
    ['a block that does not end with NUL', netstring('CONTENT_LENGTH\x000\0SCGI\x001'), 'HEAD_MALFORMED'],
    ['an odd number of strings', netstring('CONTENT_LENGTH\x000\0SCGI\x001\0X\0'), 'HEAD_MALFORMED'],
    ['a name without a value', netstring('CONTENT_LENGTH\0'), 'HEAD_MALFORMED'],
    ['an empty name', netstring('CONTENT_LENGTH\x000\0SCGI\x001\0\0x\0'), 'HEAD_MALFORMED'],
    [
      'another variable before CONTENT_LENGTH',
      netstring('SCGI\x001\0CONTENT_LENGTH\x000\0'),
      'HEAD_MALFORMED',
    ],
    ['no CONTENT_LENGTH', netstring('SCGI\x001\0'), 'HEAD_MALFORMED'],
    ['no SCGI', netstring('CONTENT_LENGTH\x000\0'), 'HEAD_MALFORMED'],
    ['another version of SCGI', netstring('CONTENT_LENGTH\x000\0SCGI\x002\0'), 'HEAD_MALFORMED'],
    ['more variables than allowed', netstring(first + 'X\0x\0'.repeat(49)), 'HEAD_TOO_LARGE'],
  ])('%s', (_, bytes, code) => {
    for (const chunks of everySplit(Buffer.from(bytes)))
      expect(decode(SCGI, chunks)).toEqual({ refused: code });
  });

  it('does not copy what came in one piece', () => {
    const bytes = scgi();
    const head = SCGI.makeDecoder(LIMITS).push(bytes);
    expect(head?.kind === 'request' && head.variables.block.buffer).toBe(bytes.buffer);
  });
});

describe('uwsgi refuses', () => {
  const name = [1, 0, 65];
  it.each([
    ['a name that ends behind the packet', [0, 3, 0, 0, 2, 0, 65], 'HEAD_MALFORMED'],
    ['a value that ends behind the packet', [0, 6, 0, 0, ...name, 2, 0, 65], 'HEAD_MALFORMED'],
    ['a name without a value', [0, 3, 0, 0, ...name], 'HEAD_MALFORMED'],
    ['half a length', [0, 1, 0, 0, 1], 'HEAD_MALFORMED'],
    ['a name of the largest length', [0, 4, 0, 0, 255, 255, 65, 65], 'HEAD_MALFORMED'],
    ['an empty name', [0, 5, 0, 0, 0, 0, 1, 0, 65], 'HEAD_MALFORMED'],
    ['NUL in a name', [0, 5, 0, 0, 1, 0, 0, 0, 0], 'HEAD_MALFORMED'],
    ['NUL in a value', [0, 6, 0, 0, ...name, 1, 0, 0], 'HEAD_MALFORMED'],
    ['a request for PHP', [14, 0, 0, 0], 'WRONG_PROTOCOL'],
    ['a request for CGI', [9, 0, 0, 0], 'WRONG_PROTOCOL'],
    ['a reload', [98, 0, 0, 0], 'WRONG_PROTOCOL'],
  ])('%s', (_, bytes, code) => {
    for (const chunks of everySplit(Buffer.from(bytes)))
      expect(decode(UWSGI, chunks)).toEqual({ refused: code });
  });

  it('more variables than allowed', () => {
    const pairs = Array.from({ length: 51 }, (_, index) => [`X${index}`, ''] as const);
    expect(decode(UWSGI, [packet(pairs)])).toEqual({ refused: 'HEAD_TOO_LARGE' });
  });

  it('larger variables than allowed', () => {
    const limits = { ...LIMITS, variablesBytes: 100 };
    expect(decode(UWSGI, [uwsgi([['X', 'x'.repeat(100)]])], limits)).toEqual({ refused: 'HEAD_TOO_LARGE' });
  });

  it('a chunked body that nobody counted', () => {
    const pairs = [['HTTP_TRANSFER_ENCODING', 'chunked']] as const;
    expect(decode(UWSGI, [uwsgi(pairs)])).toEqual({ refused: 'CONTENT_LENGTH' });
    expect(decode(UWSGI, [uwsgi(pairs, 5)])).toMatchObject({ length: 5 });
  });
});

describe.each([
  { dialect: SCGI, request: scgi },
  { dialect: UWSGI, request: uwsgi },
])('CONTENT_LENGTH over $dialect.title', ({ dialect, request }) => {
  it.each([
    ['', 0],
    ['0', 0],
    ['5', 5],
    ['005', 5],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('may be "%s"', (text, length) => {
    expect(decode(dialect, [request([], text)])).toMatchObject({ length });
  });

  it.each(['-1', '+1', '1.5', '1e3', '0x10', ' 1', '1 ', '1,1', 'x', '9007199254740992', '9'.repeat(400)])(
    'cannot be "%s"',
    (text) => {
      expect(decode(dialect, [request([], text)])).toEqual({ refused: 'CONTENT_LENGTH' });
    },
  );

  it('may come twice if both are the same, or one is empty', () => {
    for (const other of ['5', '']) {
      expect(decode(dialect, [request([['CONTENT_LENGTH', other]], 5)])).toMatchObject({ length: 5 });
    }
  });

  it('cannot be two lengths, in whatever order', () => {
    for (const lengths of [
      ['5', '6'],
      ['6', '5'],
      ['0', '5'],
    ]) {
      const bytes = request([['CONTENT_LENGTH', lengths[1] ?? '']], lengths[0]);
      expect(decode(dialect, [bytes])).toEqual({ refused: 'CONTENT_LENGTH' });
    }
  });
});

describe('what belongs to another protocol is called by its name', () => {
  const others = [
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
    ['FastCGI', hex('0101000100080000 0001000000000000')],
    ['AJP', hex('1234000c0a')],
    ['TLS', hex('1603010200010001fc0303')],
    ['the PROXY protocol', Buffer.from('PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n')],
  ] as const;
  const cases = [
    ...others.flatMap(([name, bytes]) => [SCGI, UWSGI].map((dialect) => ({ name, bytes, dialect }))),
    { name: 'uwsgi', bytes: uwsgi(), dialect: SCGI },
    { name: 'SCGI', bytes: scgi(), dialect: UWSGI },
  ];
  it.each(cases)('$name, sent to $dialect.title', ({ name, bytes, dialect }) => {
    expect(() => dialect.makeDecoder(LIMITS).push(bytes)).toThrow(`looks like ${name}`);
  });
});

const text = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)).toString('latin1'));
// A list of names of its own, so that none occurs twice and none has a meaning.
const pairs = fc
  .array(text, { maxLength: 40 })
  .map((values) => values.map((value, index) => [`X_${index}`, value] as const));

describe('any variables come out as they went in', () => {
  it.each([
    { dialect: SCGI, request: scgi },
    { dialect: UWSGI, request: uwsgi },
  ])('over $dialect.title', ({ dialect, request }) => {
    fc.assert(
      fc.property(pairs, fc.nat(), (sent, cut) => {
        const bytes = Buffer.concat([request(sent, 4), Buffer.from('body')]);
        const at = cut % bytes.length;
        const seen = decode(
          dialect,
          [bytes.subarray(0, at), bytes.subarray(at)].filter(({ length }) => length > 0),
        );
        expect(seen).toMatchObject({ length: 4, body: 'body' });
        const variables = typeof seen === 'object' && 'variables' in seen ? seen.variables : [];
        expect(variables.filter(([name]) => name.startsWith('X_'))).toEqual(sent);
      }),
    );
  });

  it('and any bytes are a request, refused, or waited on, the same way however they are cut', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ maxLength: 60 }).map((inside) => netstring(`CONTENT_LENGTH\x000\0${inside}`)),
      fc
        .uint8Array({ maxLength: 60 })
        .map((bytes) => Buffer.concat([Buffer.of(0, bytes.length, 0, 0), bytes])),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        for (const dialect of [SCGI, UWSGI]) {
          const whole = decode(dialect, [bytes]);
          for (const chunks of everySplit(bytes)) expect(decode(dialect, chunks)).toEqual(whole);
        }
      }),
    );
  });
});

it('the block of a request is what the worker reads', () => {
  const sent = [['HTTP_X', 'caf\xe9']] as const;
  const head = UWSGI.makeDecoder(LIMITS).push(packet(sent));
  expect(head?.kind === 'request' && head.variables.block.toString('latin1')).toBe(block(sent));
});
