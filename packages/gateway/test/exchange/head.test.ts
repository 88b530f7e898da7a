import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Head, HeadError } from '../../src/exchange/head.ts';

const parse = (text: string): Head => Head.parse(Buffer.from(text, 'latin1'));

describe('a well-formed head', () => {
  it.each<[string, string, number, string, [string, string][]]>([
    [
      'with headers',
      '200 OK\r\nA: b\r\nC: d\r\n',
      200,
      'OK',
      [
        ['A', 'b'],
        ['C', 'd'],
      ],
    ],
    ['without headers', '204 No Content\r\n', 204, 'No Content', []],
    ['with an empty reason', '299 \r\n', 299, '', []],
    ['with the largest status', '999 x\r\n', 999, 'x', []],
    ['with the smallest status', '100 x\r\n', 100, 'x', []],
    ['with latin-1', '200 Größe\r\nX: ÿ\r\n', 200, 'Größe', [['X', 'ÿ']]],
    ['with tabs and spaces around a value', '200 OK\r\nA:\t b \r\n', 200, 'OK', [['A', 'b']]],
    [
      'with an empty value',
      '200 OK\r\nA:\r\nB: \r\n',
      200,
      'OK',
      [
        ['A', ''],
        ['B', ''],
      ],
    ],
    [
      'with a repeated header',
      '200 OK\r\nA: 1\r\na: 2\r\nA: 3\r\n',
      200,
      'OK',
      [
        ['A', '1'],
        ['a', '2'],
        ['A', '3'],
      ],
    ],
    [
      'with a colon in a value',
      '200 OK\r\nLocation: http://x:1/\r\n',
      200,
      'OK',
      [['Location', 'http://x:1/']],
    ],
    [
      'with every character of a token',
      "200 OK\r\n!#$%&'*+-.^_`|~0aZ: x\r\n",
      200,
      'OK',
      [["!#$%&'*+-.^_`|~0aZ", 'x']],
    ],
  ])('%s is read', (_name, text, status, reason, headers) => {
    const head = parse(text);
    expect([head.status, head.reason, [...head.headers()]]).toEqual([status, reason, headers]);
  });

  it('is found in any case, the first of a name', () => {
    const head = parse('200 OK\r\nX-A: 1\r\nx-a: 2\r\n');
    expect([head.get('x-a'), head.get('X-A'), head.get('X')]).toEqual(['1', '1', undefined]);
  });
});

describe('a malformed head', () => {
  it.each([
    ['nothing', ''],
    ['no end of line', '200 OK'],
    ['a bare line feed after the status', '200 OK\nA: b\r\n'],
    ['a bare carriage return in the reason', '200 O\rK\r\n'],
    ['NUL in the reason', '200 O\0K\r\n'],
    ['a bare line feed in a value', '200 OK\r\nA: b\nC: d\r\n'],
    ['a bare carriage return in a value', '200 OK\r\nA: b\rC: d\r\n'],
    ['NUL in a value', '200 OK\r\nA: b\0\r\n'],
    ['DEL in a value', '200 OK\r\nA: b\x7f\r\n'],
    ['an escape in a value', '200 OK\r\nA: \x1b[31m\r\n'],
    ['a line feed in a name', '200 OK\r\nA\nB: c\r\n'],
    ['a carriage return in a name', '200 OK\r\nA\rB: c\r\n'],
    ['NUL in a name', '200 OK\r\nA\0: c\r\n'],
    ['a space before the colon', '200 OK\r\nA : b\r\n'],
    ['a header without a colon', '200 OK\r\nA\r\n'],
    ['a header without a name', '200 OK\r\n: b\r\n'],
    ['a name beyond ASCII', '200 OK\r\nÄ: b\r\n'],
    ['a folded header', '200 OK\r\nA: b\r\n c\r\n'],
    ['a header folded with a tab', '200 OK\r\nA: b\r\n\tc\r\n'],
    ['a last header without an end', '200 OK\r\nA: b'],
    ['a last header that ends in CR', '200 OK\r\nA: b\r'],
    ['an empty line', '200 OK\r\n\r\n'],
    ['a body behind an empty line', '200 OK\r\nA: b\r\n\r\nbody'],
    ['a status of two digits', '20 OK\r\n'],
    ['a status of four digits', '2000 OK\r\n'],
    ['a status below 100', '099 OK\r\n'],
    ['a status with a sign', '+20 OK\r\n'],
    ['a status without a space behind it', '200\r\n'],
    ['an HTTP version in front', 'HTTP/1.1 200 OK\r\n'],
    ['a Status header in front', 'Status: 200 OK\r\n'],
  ])('with %s is refused', (_name, text) => {
    expect(() => parse(text)).toThrow(HeadError);
  });

  it('cannot be built either: CR, LF and NUL are refused in every place, and what becomes them', () => {
    const beyondLatin1 = '\u010d\u010aSet-Cookie: x';
    for (const evil of ['\r', '\n', '\0', '\r\n', '\r\nSet-Cookie: x', beyondLatin1]) {
      expect(() => Head.build(200, `O${evil}K`, [])).toThrow(HeadError);
      expect(() => Head.build(200, 'OK', [[`A${evil}B`, 'c']])).toThrow(HeadError);
      expect(() => Head.build(200, 'OK', [['A', `b${evil}c`]])).toThrow(HeadError);
    }
  });
});

describe('a header name with a colon', () => {
  it('is refused: it would be read as another name', () => {
    expect(() => Head.build(200, 'OK', [['A:B', 'c']])).toThrow(HeadError);
  });
});

describe('building a head', () => {
  const token = fc.string({
    unit: fc.constantFrom('a', 'z', 'A', 'Z', '0', '9', '-', '_', '!', '~'),
    minLength: 1,
  });
  const printable = fc
    .string({
      unit: fc
        .integer({ min: 32, max: 255 })
        .filter((code) => code !== 127)
        .map((code) => String.fromCharCode(code)),
    })
    .map((value) => value.trim());

  it('gives what parsing gives back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 999 }),
        printable,
        fc.array(fc.tuple(token, printable)),
        (status, reason, headers) => {
          const built = Head.build(status, reason, headers);
          const parsed = Head.parse(built.bytes);
          expect([parsed.status, parsed.reason, [...parsed.headers()]]).toEqual([status, reason, headers]);
        },
      ),
    );
  });

  it('never gives anything but the lines asked for, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        let head: Head;
        try {
          head = Head.build(200, 'OK', [[name, value]]);
        } catch (error) {
          expect(error).toBeInstanceOf(HeadError);
          return;
        }
        expect(head.bytes.toString('latin1').split('\r\n')).toHaveLength(3);
      }),
    );
  });
});
