import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  encodeAbortRequest,
  encodeBeginRequest,
  encodeEndRequest,
  encodeGetValues,
  encodeRecord,
  encodeStream,
  encodeStreamEnd,
  encodeUnknownType,
  paddingFor,
  ProtocolStatus,
  RecordType,
  Role,
} from '../src/index.ts';
import { head, stdinEnd } from './helpers/messages.ts';
import { ServerPeer } from './helpers/server-peer.ts';

describe('an encoder', () => {
  it.each([
    ['BEGIN_REQUEST', encodeBeginRequest(1, Role.RESPONDER, true), '01010001000800000001010000000000'],
    [
      'BEGIN_REQUEST of a Filter',
      encodeBeginRequest(0x1234, Role.FILTER, false),
      '01011234000800000003000000000000',
    ],
    ['ABORT_REQUEST', encodeAbortRequest(5), '0102000500000000'],
    ['END_REQUEST', encodeEndRequest(1, 0, ProtocolStatus.OVERLOADED), '01030001000800000000000002000000'],
    ['END_REQUEST with -1', encodeEndRequest(1, -1, 0), '0103000100080000ffffffff00000000'],
    ['a stream', encodeStream(RecordType.STDIN, 1, Buffer.from('hello')), '010500010005030068656c6c6f000000'],
    ['an empty stream, which is nothing', encodeStream(RecordType.STDIN, 1, Buffer.alloc(0)), ''],
    ['the end of a stream', encodeStreamEnd(RecordType.STDOUT, 1), '0106000100000000'],
    ['UNKNOWN_TYPE', encodeUnknownType(12), '010b0000000800000c00000000000000'],
  ])('writes %s', (_name, bytes, hex) => {
    expect(bytes.toString('hex')).toBe(hex);
  });

  it('asks for all three values', () => {
    expect(encodeGetValues().toString('latin1')).toMatch(/FCGI_MAX_CONNS.*FCGI_MAX_REQS.*FCGI_MPXS_CONNS/s);
  });

  it('pads every length to a multiple of 8', () => {
    for (let length = 0; length < 20; length += 1) {
      expect((8 + length + paddingFor(length)) % 8).toBe(0);
      expect(encodeRecord(6, 1, Buffer.alloc(length)).length % 8).toBe(0);
    }
  });

  it('refuses content that the length field cannot say', () => {
    expect(encodeRecord(6, 1, Buffer.alloc(65_535)).length).toBe(65_544);
    expect(() => encodeRecord(6, 1, Buffer.alloc(65_536))).toThrow(
      expect.objectContaining({ code: 'FCGI_RECORD_TOO_LONG' }),
    );
  });
});

describe('a body that looks like records', () => {
  // A length that wraps at 65536 lets the rest of a body be read as a request of its own (request smuggling).
  it('arrives as one body, whatever its length', () => {
    const smuggled = Buffer.concat([stdinEnd(1), head(1, { params: [['SCRIPT_FILENAME', '/etc/passwd']] })]);
    const filled = (length: number): Buffer => Buffer.alloc(length, smuggled);
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(300_000), fc.constantFrom(32_767, 32_768, 65_535, 65_536, 65_544)),
        (length) => {
          const peer = new ServerPeer();
          const received: Buffer[] = [];
          peer.on.onStdin = (_request, chunk) => received.push(chunk);
          peer.connection.receive(head(1));
          peer.connection.receive(encodeStream(RecordType.STDIN, 1, filled(length)));
          peer.connection.receive(stdinEnd(1));
          expect(peer.requests.length).toBe(1);
          expect(Buffer.concat(received).equals(filled(length))).toBe(true);
          expect(peer.errors).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
