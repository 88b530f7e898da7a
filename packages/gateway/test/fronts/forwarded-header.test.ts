import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readForwarded } from '../../src/fronts/forwarded-header.ts';

describe('the header Forwarded', () => {
  // RFC 7239 sections 4, 6.1 and 7.1.
  it.each<[string, object[]]>([
    ['for="_gazonk"', [{ for: '_gazonk' }]],
    ['For="[2001:db8:cafe::17]:4711"', [{ for: '[2001:db8:cafe::17]:4711' }]],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', [{ for: '192.0.2.60', proto: 'http', by: '203.0.113.43' }]],
    ['for=192.0.2.43, for=198.51.100.17', [{ for: '192.0.2.43' }, { for: '198.51.100.17' }]],
    [
      'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown',
      [{ for: '192.0.2.43' }, { for: '[2001:db8:cafe::17]' }, { for: 'unknown' }],
    ],
    ['host="a,b;c=\\"d\\"";for=x', [{ host: 'a,b;c="d"', for: 'x' }]],
    ['proto=https', [{ proto: 'https' }]],
    ['for=a ; proto=http ,\tfor=b', [{ for: 'a', proto: 'http' }, { for: 'b' }]],
    ['secret=x', [{ secret: 'x' }]],
  ])('%s', (text, elements) => {
    expect(readForwarded(text)?.map((element) => ({ ...element }))).toEqual(elements);
  });

  it.each([
    '',
    ' ',
    'for',
    'for=',
    'for=a;',
    'for=a,',
    ',for=a',
    'for=a b',
    'for="a',
    'for=a;for=b',
    'for=[::1]',
    'for=a:1',
    'for =a',
  ])('is refused: %j', (text) => expect(readForwarded(text)).toBe(null));

  it('is read back whatever was quoted', () => {
    const value = fc.string({ unit: 'binary-ascii', minLength: 1 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const text = values.map((each) => `for="${each.replace(/["\\]/g, '\\$&')}"`).join(', ');
        // Line ends cannot stand in a header.
        fc.pre(!/[\r\n]/.test(text));
        expect(readForwarded(text)?.map((element) => element.for)).toEqual(values);
      }),
    );
  });

  it('takes time in proportion to its length', () => {
    const text = `for=${'a'.repeat(200_000)} x`;
    expect(readForwarded(text)).toBe(null);
    expect(readForwarded('for="'.repeat(40_000))).toBe(null);
  });
});
