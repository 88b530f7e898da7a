// What listeners for SCGI and uwsgi must survive.
import { netstring, scgi, uwsgi, uwsgiPacket } from '../../harness/hostile/speak-dialects.ts';
import { echo, variablesOf } from '../../harness/hostile/speaker.ts';
import { answered, closed, lyingLengths, sent, truncations, type Bait, type HostileRow } from './row.ts';
import type { LengthField } from './row.ts';

type Pairs = readonly (readonly [string, string])[];

const WRONG = /"WRONG_PROTOCOL"/;
const MALFORMED = /"HEAD_MALFORMED"/;
const TOO_LARGE = /"HEAD_TOO_LARGE"/;
const LENGTH = /"CONTENT_LENGTH"/;
const LENGTHS = ['-5', '+5', '5x', '0x5', '1e1', ' 5', '9007199254740993'];

const usual = (pairs: Pairs): Pairs => [
  ...variablesOf({ target: '/echo', method: 'POST' }).filter(([name]) => name !== 'CONTENT_LENGTH'),
  ...pairs,
];
const scgiOf = (length: string, pairs: Pairs = []): Buffer =>
  netstring([['CONTENT_LENGTH', length], ['SCGI', '1'], ...usual(pairs)]);

export const scgiRows: readonly HostileRow[] = [
  truncations(({ marker }) => scgi.request(echo(marker))),
  {
    name: 'a netstring of any other length than it says',
    inputs: ({ marker }) => {
      const whole = scgi.request(echo(marker));
      const colon = whole.indexOf(':');
      const truth = Number(whole.toString('latin1', 0, colon));
      return [0, 1, truth - 1, truth + 1, truth * 2, 9_999_999].map((length) =>
        Buffer.concat([Buffer.from(String(length)), whole.subarray(colon)]),
      );
    },
    fate: { kind: 'harmless' },
  },
  ...['', 'x', ':', '-5:', '+5:', '024:', '0x18:', ' 24:', '99999999', '999999999999:', '24;'].map((start) =>
    closedUnlessEmpty(`the length ${JSON.stringify(start)}`, start),
  ),
  closed('an HTTP request', /"WRONG_PROTOCOL"/, () => Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
  closed('a FastCGI request', /"WRONG_PROTOCOL"/, () =>
    Buffer.from('01010001000800000001000000000000', 'hex'),
  ),
  answered('more variables than allowed', 400, TOO_LARGE, () =>
    scgiOf(
      '0',
      Array.from({ length: 2000 }, (_, at) => [`V${at}`, ''] as const),
    ),
  ),
  answered('more bytes of variables than allowed', 400, TOO_LARGE, () =>
    Buffer.from('9999999:CONTENT_LENGTH'),
  ),
  answered('no comma', 400, MALFORMED, () => Buffer.from('24:CONTENT_LENGTH\x000\0SCGI\x001\0;')),
  answered('no CONTENT_LENGTH in front', 400, MALFORMED, () =>
    netstring([
      ['SCGI', '1'],
      ['CONTENT_LENGTH', '0'],
    ]),
  ),
  answered('no variable SCGI', 400, MALFORMED, () => netstring([['CONTENT_LENGTH', '0']])),
  answered('another version', 400, MALFORMED, () =>
    netstring([
      ['CONTENT_LENGTH', '0'],
      ['SCGI', '2'],
    ]),
  ),
  answered('a variable without a name', 400, MALFORMED, () => scgiOf('0', [['', 'x']])),
  answered('a name without a value', 400, MALFORMED, () =>
    Buffer.from('29:CONTENT_LENGTH\x000\0SCGI\x001\0NAME\0,'),
  ),
  answered('a value without end', 400, MALFORMED, () =>
    Buffer.from('26:CONTENT_LENGTH\x000\0SCGI\x001\0A\0,'),
  ),
  ...LENGTHS.map((length) =>
    answered(`CONTENT_LENGTH ${JSON.stringify(length)}`, 400, LENGTH, () => scgiOf(length)),
  ),
  answered('two lengths', 400, LENGTH, (bait) =>
    Buffer.concat([scgiOf('5', [['CONTENT_LENGTH', '400']]), hiddenScgi(bait)]),
  ),
  sent('a request behind a body', { kind: 'served' }, (bait) =>
    Buffer.concat([scgi.request(echo(bait.marker)), hiddenScgi(bait)]),
  ),
];

function closedUnlessEmpty(name: string, start: string): HostileRow {
  if (start === '' || /^\d{1,7}$/.test(start))
    return sent(name, { kind: 'unfinished' }, () => Buffer.from(start));
  return closed(name, WRONG, () => Buffer.from(start));
}

function hiddenScgi(bait: Bait): Buffer {
  return scgi.request({ target: bait.hidden });
}

function hiddenUwsgi(bait: Bait): Buffer {
  return uwsgi.request({ target: bait.hidden });
}

/** The size of the packet, and of each name and value in it. */
function uwsgiLengths(bytes: Buffer): LengthField[] {
  const fields: LengthField[] = [{ at: 1, bytes: 2, isLittleEndian: true }];
  const end = 4 + bytes.readUInt16LE(1);
  for (let at = 4; at < end; at += 2 + bytes.readUInt16LE(at))
    fields.push({ at, bytes: 2, isLittleEndian: true });
  return fields;
}

const uwsgiOf = (length: string, pairs: Pairs = []): Buffer =>
  uwsgiPacket([['CONTENT_LENGTH', length], ...usual(pairs)]);

export const uwsgiRows: readonly HostileRow[] = [
  truncations(({ marker }) => uwsgi.request(echo(marker))),
  lyingLengths(({ marker }) => uwsgi.request(echo(marker)), uwsgiLengths),
  ...[1, 5, 7, 9, 14, 17, 22, 26, 31, 88, 98, 99, 101, 110, 111, 173, 200, 224, 250, 255].map((modifier) =>
    closed(`the modifier ${modifier}`, WRONG, () => uwsgiPacket(usual([]), modifier)),
  ),
  closed('an HTTP request', /"WRONG_PROTOCOL"/, () => Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
  answered('more variables than allowed', 400, TOO_LARGE, () =>
    uwsgiOf(
      '0',
      Array.from({ length: 2000 }, (_, at) => [`V${at}`, ''] as const),
    ),
  ),
  answered('a name beyond the packet', 400, MALFORMED, () =>
    Buffer.from('0003000010274142', 'hex').subarray(0, 7),
  ),
  answered('a name without a value', 400, MALFORMED, () => Buffer.from('00030000010041', 'hex')),
  answered('half a length', 400, MALFORMED, () => Buffer.from('0001000001', 'hex')),
  answered('a variable without a name', 400, MALFORMED, () => uwsgiOf('0', [['', 'x']])),
  answered('NUL in a name', 400, MALFORMED, () => uwsgiOf('0', [['A\0HTTP_X', 'x']])),
  answered('NUL in a value', 400, MALFORMED, () => uwsgiOf('0', [['A', 'b\0HTTP_X\0c']])),
  ...LENGTHS.map((length) =>
    answered(`CONTENT_LENGTH ${JSON.stringify(length)}`, 400, LENGTH, () => uwsgiOf(length)),
  ),
  answered('two lengths', 400, LENGTH, (bait) =>
    Buffer.concat([uwsgiOf('5', [['CONTENT_LENGTH', '400']]), hiddenUwsgi(bait)]),
  ),
  answered('chunks', 400, LENGTH, () => uwsgiOf('', [['HTTP_TRANSFER_ENCODING', 'chunked']])),
  sent('a request behind a body', { kind: 'served' }, (bait) =>
    Buffer.concat([uwsgi.request(echo(bait.marker)), hiddenUwsgi(bait)]),
  ),
];
