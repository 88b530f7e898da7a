import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  encodeBlockParams,
  encodePairs,
  encodeParams,
  Params,
  ParamsCollector,
  RecordDecoder,
  RecordType,
  type ParamPair,
} from '../src/index.ts';

function params(...pairs: ParamPair[]): Params {
  return Params.from(encodePairs(pairs));
}

function code(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return (error as { code: unknown }).code;
  }
  return undefined;
}

/** The contents of the PARAMS records in `bytes`. */
function recordContents(bytes: Buffer): Buffer[] {
  const contents: Buffer[] = [];
  new RecordDecoder({
    onContent({ type }, chunk, start, end) {
      expect(type).toBe(RecordType.PARAMS);
      contents.push(chunk.subarray(start, end));
    },
  }).push(bytes);
  return contents;
}

const latin1 = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const name = latin1(200).filter((text) => text.length > 0);
const anyPairs = fc.array(fc.tuple(name, latin1(300)), { maxLength: 20 });

describe('variables', () => {
  it('are found by name, the last of several, without a prototype', () => {
    const variables = params(['A', '1'], ['QUERY_STRING', ''], ['A', '2'], ['AB', '3']);
    expect(variables.get('A')).toBe('2');
    expect(variables.get('QUERY_STRING')).toBe('');
    expect(variables.has('QUERY_STRING')).toBe(true);
    expect(variables.get('B')).toBeUndefined();
    expect(variables.get('__proto__')).toBeUndefined();
    expect(Object.getPrototypeOf(variables.toObject())).toBeNull();
    expect(variables.count).toBe(4);
    expect([...variables]).toEqual([
      ['A', '1'],
      ['QUERY_STRING', ''],
      ['A', '2'],
      ['AB', '3'],
    ]);
  });

  it('are bytes: latin-1 text, and a view of the value', () => {
    const variables = params(['PATH_INFO', Buffer.from([0x2f, 0xe9])]);
    expect(variables.get('PATH_INFO')).toBe('/\u00e9');
    const bytes = variables.getBytes('PATH_INFO');
    expect(bytes).toEqual(Buffer.from([0x2f, 0xe9]));
    expect(bytes?.buffer).toBe(variables.bytes.buffer);
    expect(variables.find('PATH_INFO')).toEqual({ start: 11, end: 13 });
  });

  it('without a name are dropped', () => {
    const variables = params(['', 'x'], ['A', '1']);
    expect([...variables]).toEqual([['A', '1']]);
    expect(variables.get('')).toBeUndefined();
    expect(variables.toBlock().toString('latin1')).toBe('A\x001\x00');
  });

  it('become a block of names and values that each end in NUL', () => {
    const long = 'v'.repeat(500);
    expect(params(['A', ''], ['LONG', long]).toBlock().toString('latin1')).toBe(`A\0\0LONG\0${long}\0`);
    expect(params().toBlock().length).toBe(0);
  });

  it('tells where the pairs stand in the block', () => {
    const offsets: number[] = [];
    const block = params(['A', ''], ['', 'dropped'], ['NAME', 'value']).toBlock(offsets).toString('latin1');
    expect(offsets).toHaveLength(6);
    const [first = 0, firstValue = 0, firstEnd = 0, second = 0, secondValue = 0, secondEnd = 0] = offsets;
    expect([block.slice(first, firstValue - 1), block.slice(firstValue, firstEnd)]).toEqual(['A', '']);
    expect([block.slice(second, secondValue - 1), block.slice(secondValue, secondEnd)]).toEqual([
      'NAME',
      'value',
    ]);
  });

  it.each([
    ['a short name', ['A\0B', 'x']],
    ['a short value', ['A', 'x\0']],
    ['a long value', ['A', `${'x'.repeat(300)}\0`]],
  ] as const)('refuse to become a block with NUL in %s', (_where, pair) => {
    expect(code(() => params(pair).toBlock())).toBe('FCGI_PARAM_NUL');
  });

  it('come back from their block', () => {
    const clean = anyPairs.map((pairs) =>
      pairs.map(([key, value]) => [key.replaceAll('\0', '_'), value.replaceAll('\0', '_')] as const),
    );
    fc.assert(
      fc.property(clean, (pairs) => {
        const block = params(...pairs).toBlock();
        const [content = Buffer.alloc(0)] = recordContents(encodeBlockParams(1, block));
        expect([...Params.from(content)]).toEqual(pairs);
      }),
    );
  });

  it('are encoded from their block as from text, whatever their lengths', () => {
    const text = fc.oneof(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 125, max: 130 }),
      fc.constant(9000),
    );
    const lengths = fc.array(fc.tuple(text, text), { maxLength: 12 });
    fc.assert(
      fc.property(lengths, (all) => {
        const pairs = all.map(([key, value]) => [`N${'k'.repeat(key)}`, 'v'.repeat(value)] as const);
        const block = Buffer.from(pairs.map(([key, value]) => `${key}\0${value}\0`).join(''), 'latin1');
        expect(encodeBlockParams(7, block)).toEqual(encodeParams(7, pairs));
      }),
    );
  });

  it('are refused from a block with an empty name', () => {
    expect(code(() => encodeBlockParams(1, Buffer.from('A\0b\0\0c\0')))).toBe('FCGI_PARAM_INVALID');
  });

  it('are refused from a block that ends inside a pair', () => {
    for (const text of [
      'A',
      'A\0',
      'A\0b',
      'A\0b\0C\0',
      `A\0b\0C\0${'d'.repeat(200)}`,
      `${'A'.repeat(200)}\0`,
    ]) {
      expect(code(() => encodeBlockParams(1, Buffer.from(text)))).toBe('FCGI_PARAM_INVALID');
    }
  });
});

describe('a collector', () => {
  it('gives back what was encoded, cut anywhere', () => {
    fc.assert(
      fc.property(anyPairs, fc.integer({ min: 1, max: 50 }), (pairs, size) => {
        const bytes = encodePairs(pairs);
        const collector = new ParamsCollector(1 << 20, 1000);
        for (let at = 0; at < bytes.length; at += size) {
          collector.append(bytes, at, Math.min(at + size, bytes.length));
        }
        const collected = collector.finish();
        expect([...collected]).toEqual(pairs);
        expect(collected.count).toBe(pairs.length);
      }),
    );
  });

  it('copies nothing when the stream comes in one piece', () => {
    const bytes = encodePairs([['A', '1']]);
    const collector = new ParamsCollector(100, 10);
    collector.append(bytes, 0, bytes.length);
    expect(collector.finish().bytes.buffer).toBe(bytes.buffer);
  });

  it('refuses more bytes than allowed, also when they are only announced', () => {
    const refuse = (bytes: Buffer): unknown =>
      code(() => new ParamsCollector(100, 10).append(bytes, 0, bytes.length));
    expect(refuse(Buffer.alloc(101))).toBe('FCGI_PARAMS_TOO_LARGE');
    expect(refuse(Buffer.from('ffffffffffffffff', 'hex'))).toBe('FCGI_PARAMS_TOO_LARGE');
    expect(refuse(Buffer.from('0180000080', 'hex'))).toBe('FCGI_PARAMS_TOO_LARGE');
    expect(refuse(encodePairs([['K', 'v'.repeat(97)]]))).toBeUndefined();
  });

  it('refuses more pairs than allowed', () => {
    const bytes = encodePairs(Array.from({ length: 11 }, () => ['K', ''] as const));
    expect(code(() => new ParamsCollector(1000, 10).append(bytes, 0, bytes.length))).toBe(
      'FCGI_TOO_MANY_PARAMS',
    );
  });

  it('refuses every stream that ends inside a pair', () => {
    const bytes = encodePairs([['NAME', 'v'.repeat(200)]]);
    for (let length = 1; length < bytes.length; length += 1) {
      const collector = new ParamsCollector(1000, 10);
      collector.append(bytes, 0, length);
      expect(code(() => collector.finish())).toBe('FCGI_PAIRS_MALFORMED');
      expect(code(() => Params.from(bytes.subarray(0, length)))).toBe('FCGI_PAIRS_MALFORMED');
    }
  });
});

describe('a PARAMS stream', () => {
  it.each([
    [0, '0100'],
    [127, '017f'],
    [128, '0180000080'],
    [65_000, '018000fde8'],
  ])('writes the length %i in its shortest form', (length, hex) => {
    expect(
      encodePairs([['K', Buffer.alloc(length)]])
        .subarray(0, hex.length / 2)
        .toString('hex'),
    ).toBe(hex);
  });

  it('is one padded record and the empty one that ends it', () => {
    expect(encodeParams(1, [['A', 'b']]).toString('hex')).toBe(
      '0104000100040400010141620000000001040001' + '00000000',
    );
    expect(encodeParams(0x0102, []).toString('hex')).toBe('0104010200000000');
  });

  it('puts whole pairs into each of several records', () => {
    const value = fc.integer({ min: 0, max: 40_000 }).map((length) => Buffer.alloc(length, 'x').toString());
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constant('NAME'), value), { maxLength: 8 }), (pairs) => {
        const contents = recordContents(encodeParams(1, pairs));
        expect(contents.at(-1)?.length).toBe(0);
        // Each record parses alone, which is all that php-fpm and uWSGI can do.
        const read = contents.flatMap((content) => [...Params.from(content)]);
        expect(read).toEqual(pairs);
        for (const content of contents) expect(content.length).toBeLessThanOrEqual(65_528);
      }),
      { numRuns: 30 },
    );
  });

  it('come out the same whether values are text or bytes', () => {
    fc.assert(
      fc.property(anyPairs, fc.integer({ min: 0, max: 65_535 }), (pairs, id) => {
        const asBytes = pairs.map(([key, value]): ParamPair => [key, Buffer.from(value, 'latin1')]);
        expect(encodeParams(id, pairs)).toEqual(encodeParams(id, asBytes));
      }),
    );
    for (const length of [127, 128, 65_000, 65_520, 65_521, 65_522]) {
      const text = 'v'.repeat(length);
      expect(encodeParams(1, [['K', text]])).toEqual(encodeParams(1, [['K', Buffer.from(text)]]));
      expect(
        encodeParams(1, [
          ['A', '1'],
          ['K', text],
        ]),
      ).toEqual(
        encodeParams(1, [
          ['A', '1'],
          ['K', Buffer.from(text)],
        ]),
      );
    }
  });

  it('refuses what no record can hold, an empty name and text beyond latin-1', () => {
    expect(code(() => encodeParams(1, [['K', 'v'.repeat(65_528)]]))).toBe('FCGI_PAIR_TOO_LONG');
    expect(code(() => encodeParams(1, [['K', 'v'.repeat(65_522)]]))).toBeUndefined();
    expect(code(() => encodeParams(1, [['', 'v']]))).toBe('FCGI_PARAM_INVALID');
    expect(code(() => encodeParams(1, [['K', '\u0100']]))).toBe('FCGI_PARAM_INVALID');
  });
});
