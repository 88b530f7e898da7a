// The header of the PROXY protocol: the examples of its specification, and everything that is nearly one.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readProxyHeader, type ProxyHeader } from '../../src/listen/proxy-header.ts';

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

/** A header of version 2. */
function binary(command: number, family: number, rest: string | Buffer, length?: number): Buffer {
  const tail = typeof rest === 'string' ? Buffer.from(rest, 'hex') : rest;
  const size = Buffer.alloc(2);
  size.writeUInt16BE(length ?? tail.length);
  return Buffer.concat([SIGNATURE, Buffer.from([command, family]), size, tail]);
}

const line = (text: string): Buffer => Buffer.from(`${text}\r\n`, 'latin1');

const IPV4 = 'c0000201' + 'cb007107' + 'dc04' + '01bb';
const IPV6 = '20010db8000000000000000000000001' + '20010db8000000000000000000000002' + 'dc04' + '01bb';
const ends = (address: string, localAddress: string): object => ({
  address,
  port: '56324',
  localAddress,
  localPort: '443',
});

const good: readonly (readonly [name: string, bytes: Buffer, ends: object | null])[] = [
  ['TCP4', line('PROXY TCP4 192.0.2.1 203.0.113.7 56324 443'), ends('192.0.2.1', '203.0.113.7')],
  ['TCP6', line('PROXY TCP6 2001:db8::1 2001:db8::2 56324 443'), ends('2001:db8::1', '2001:db8::2')],
  [
    'the longest line of TCP4',
    line('PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535'),
    { address: '255.255.255.255', port: '65535', localAddress: '255.255.255.255', localPort: '65535' },
  ],
  ['UNKNOWN', line('PROXY UNKNOWN'), null],
  [
    'the longest line there is',
    line(
      `PROXY UNKNOWN ${'f'.repeat(39).replace(/(.{4})./g, '$1:')} ${'f'.repeat(39).replace(/(.{4})./g, '$1:')} 65535 65535`,
    ),
    null,
  ],
  ['IPv4 in version 2', binary(0x21, 0x11, IPV4), ends('192.0.2.1', '203.0.113.7')],
  ['IPv6 in version 2', binary(0x21, 0x21, IPV6), ends('2001:db8::1', '2001:db8::2')],
  [
    'IPv4 in IPv6',
    binary(0x21, 0x21, '00000000000000000000ffffc0000201' + '00000000000000000000ffffcb007107' + 'dc0401bb'),
    ends('192.0.2.1', '203.0.113.7'),
  ],
  [
    'extensions, passed over',
    binary(0x21, 0x11, IPV4 + '030004deadbeef' + '040000'),
    ends('192.0.2.1', '203.0.113.7'),
  ],
  ['LOCAL, as checks of health send it', binary(0x20, 0x00, ''), null],
  ['LOCAL with addresses', binary(0x20, 0x11, IPV4), null],
  ['an unspecified family', binary(0x21, 0x00, '030000'), null],
  [
    'Unix sockets',
    binary(0x21, 0x31, Buffer.alloc(216)),
    { address: '', port: '', localAddress: '', localPort: '' },
  ],
];

describe('a PROXY header', () => {
  it.each(good)('is read: %s', (_name, bytes, expected) => {
    const complete: ProxyHeader = { state: 'complete', sizeBytes: bytes.length, ends: expected as never };
    expect(readProxyHeader(bytes)).toEqual(complete);
    expect(readProxyHeader(Buffer.concat([bytes, Buffer.from('GET / HTTP/1.1\r\n\r\n')]))).toEqual(complete);
  });

  it.each(good)('is waited for, whatever of it has come: %s', (_name, bytes) => {
    for (let size = 0; size < bytes.length; size++) {
      expect(readProxyHeader(bytes.subarray(0, size))).toEqual({ state: 'incomplete' });
    }
  });

  it.each([
    ['none', Buffer.from('GET / HTTP/1.1\r\n')],
    ['another word', line('PROXI TCP4 192.0.2.1 203.0.113.7 1 2')],
    ['lower case', line('proxy TCP4 192.0.2.1 203.0.113.7 1 2')],
    ['an unknown family', line('PROXY UDP4 192.0.2.1 203.0.113.7 1 2')],
    ['no family', line('PROXY ')],
    ['IPv6 as TCP4', line('PROXY TCP4 ::1 ::1 1 2')],
    ['IPv4 as TCP6', line('PROXY TCP6 192.0.2.1 203.0.113.7 1 2')],
    ['a zone', line('PROXY TCP6 fe80::1%eth0 ::1 1 2')],
    ['a leading zero', line('PROXY TCP4 192.0.2.01 203.0.113.7 1 2')],
    ['a port with a leading zero', line('PROXY TCP4 192.0.2.1 203.0.113.7 01 2')],
    ['a port over 65535', line('PROXY TCP4 192.0.2.1 203.0.113.7 65536 2')],
    ['a missing port', line('PROXY TCP4 192.0.2.1 203.0.113.7 1')],
    ['something behind the ports', line('PROXY TCP4 192.0.2.1 203.0.113.7 1 2 3')],
    ['two spaces', line('PROXY TCP4  192.0.2.1 203.0.113.7 1 2')],
    ['a line feed alone', Buffer.from(`PROXY TCP4 192.0.2.1 203.0.113.7 1 2\n${'x'.repeat(100)}`)],
    ['a line without an end', Buffer.from(`PROXY UNKNOWN ${'x'.repeat(100)}`)],
    ['version 3', binary(0x31, 0x11, IPV4)],
    ['an unknown command', binary(0x22, 0x11, IPV4)],
    ['datagrams', binary(0x21, 0x12, IPV4)],
    ['an unknown family of version 2', binary(0x21, 0x41, IPV4)],
    ['addresses longer than the length', binary(0x21, 0x11, IPV4, 11)],
    ['an extension longer than the length', binary(0x21, 0x11, `${IPV4}03000500`)],
    ['half an extension', binary(0x21, 0x11, `${IPV4}0300`)],
    ['a length over the limit, before it has come', binary(0x21, 0x11, IPV4, 65_535)],
  ])('is refused: %s', (_name, bytes) => {
    expect(readProxyHeader(bytes)).toMatchObject({ state: 'malformed' });
  });

  it('is refused at the first byte that cannot belong to one', () => {
    expect(readProxyHeader(Buffer.from('G'))).toMatchObject({ state: 'malformed' });
    expect(readProxyHeader(Buffer.from('PROXG'))).toMatchObject({ state: 'malformed' });
    const almost = Buffer.concat([SIGNATURE.subarray(0, 11), Buffer.from([0])]);
    expect(readProxyHeader(almost)).toMatchObject({ state: 'malformed' });
  });

  it('never takes more than it was given, whatever the bytes', () => {
    const beginnings = fc.constantFrom(Buffer.alloc(0), SIGNATURE, Buffer.from('PROXY '));
    fc.assert(
      fc.property(beginnings, fc.uint8Array({ maxLength: 300 }), (beginning, rest) => {
        const bytes = Buffer.concat([beginning, rest]);
        const header = readProxyHeader(bytes);
        if (header.state === 'complete') expect(header.sizeBytes).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
