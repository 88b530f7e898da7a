import { describe, expect, it } from '@jest/globals';
import { failureOf } from '../../src/fronts/http-refusals.ts';

describe('bytes that are no HTTP', () => {
  it.each([
    ['TLS', '16030100', '; it looks like TLS'],
    ['FastCGI', '0101000100080000', '; it looks like FastCGI'],
    ['nothing known', 'ffffffff', '(HPE_INVALID_METHOD)'],
  ])('are told with what they look like: %s', (_name, hex, end) => {
    const parserError = Object.assign(new Error('Invalid method encountered'), {
      code: 'HPE_INVALID_METHOD',
      rawPacket: Buffer.from(hex, 'hex'),
    });
    const failure = failureOf(parserError);
    expect(failure?.code).toBe('SLUICE_BAD_REQUEST');
    expect(failure?.message.endsWith(end)).toBe(true);
  });
});
