import { describe, expect, it } from '@jest/globals';
import { createAllowList } from '../../src/listen/allow-list.ts';

describe('the list of who may connect', () => {
  const isAllowed = createAllowList(['10.0.0.0/8', '192.168.1.7', 'fd00::/8', '::1']);

  it.each([
    '10.0.0.1',
    '10.255.255.255',
    '192.168.1.7',
    'fd12::1',
    '::1',
    '::ffff:10.1.2.3',
    '::FFFF:192.168.1.7',
  ])('lets %s in', (peer) => expect(isAllowed(peer)).toBe(true));

  it.each(['11.0.0.1', '192.168.1.8', 'fe80::1', '::2', '::ffff:11.0.0.1', '127.0.0.1'])(
    'keeps %s out',
    (peer) => expect(isAllowed(peer)).toBe(false),
  );
});
