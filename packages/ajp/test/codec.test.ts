import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { METHODS, REQUEST_HEADERS, RESPONSE_HEADERS } from '../src/coded-names.ts';
import { AjpError } from '../src/errors.ts';
import { decodeForwardRequest, type ForwardRequest } from '../src/forward-request.ts';
import { encodeForwardRequest } from '../src/forward-request-encoder.ts';
import { PacketDecoder } from '../src/packet-decoder.ts';
import { encodeResponseHead } from '../src/response-head.ts';
import { decodeResponseMessage, encodeBodyChunks } from '../src/response-messages.ts';
import { readVectors } from './helpers/vectors.ts';
import { everySplit } from './helpers/splits.ts';
import { aRequest, aResponseHead } from './helpers/arbitraries.ts';

function payloadOf(packet: Buffer): Buffer {
  return packet.subarray(4);
}

describe('the coded names', () => {
  it('run from OPTIONS to MKACTIVITY, accept to user-agent, content-type to www-authenticate', () => {
    expect([METHODS.nameOf(1), METHODS.nameOf(4), METHODS.nameOf(17), METHODS.nameOf(27)]).toEqual([
      'OPTIONS',
      'POST',
      'VERSION-CONTROL',
      'MKACTIVITY',
    ]);
    expect([METHODS.nameOf(0), METHODS.nameOf(28)]).toEqual([undefined, undefined]);
    expect([REQUEST_HEADERS.nameOf(1), REQUEST_HEADERS.nameOf(8), REQUEST_HEADERS.nameOf(14)]).toEqual([
      'accept',
      'content-length',
      'user-agent',
    ]);
    expect([RESPONSE_HEADERS.nameOf(1), RESPONSE_HEADERS.nameOf(7), RESPONSE_HEADERS.nameOf(11)]).toEqual([
      'content-type',
      'set-cookie',
      'www-authenticate',
    ]);
  });

  it('are found both ways', () => {
    for (let code = 1; code <= 27; code++) expect(METHODS.codeOf(METHODS.nameOf(code) ?? '')).toBe(code);
  });
});

describe('FORWARD_REQUEST', () => {
  const canonical = new Set(['A05', 'A06', 'A09', 'A13', 'A14', 'A15', 'A26', 'A34', 'A35', 'A37', 'A38']);
  const vectors = readVectors('to-container.md').filter(({ name }) => canonical.has(name));

  it.each(vectors)('is written to the byte like $name', ({ parts }) => {
    const packet = Buffer.concat(parts);
    expect(encodeForwardRequest(decodeForwardRequest(payloadOf(packet)))).toEqual(packet);
  });

  it('reads back what was written', () => {
    fc.assert(
      fc.property(aRequest(), (request) => {
        const packet = encodeForwardRequest(request, 65536);
        expect(decodeForwardRequest(payloadOf(packet))).toEqual(asDecoded(request));
      }),
    );
  });

  it('writes the key size as an integer and PATCH as stored_method', () => {
    const packet = encodeForwardRequest({ method: 'PATCH', uri: '/', sslKeySize: 256 });
    expect(packet.subarray(-13).toString('hex')).toBe('0b01000d0005504154434800ff');
  });

  it('is refused or decoded, but never more than that, with any length field changed', () => {
    const packet = encodeForwardRequest({
      method: 'PATCH',
      uri: '/path',
      remoteAddress: '127.0.0.1',
      headers: [
        ['host', 'h'],
        ['x-seven', 'value'],
      ],
      queryString: 'q=1',
      attributes: [['AJP_REMOTE_PORT', '51000']],
    });
    const payload = payloadOf(packet);
    for (let at = 1; at + 1 < payload.length; at++) {
      const original = payload.readUInt16BE(at);
      for (const length of [original - 1, original + 1, 0, 1, 0x7fff, 0xa000, 0xfffe, 0xffff]) {
        const mutant = Buffer.from(payload);
        mutant.writeUInt16BE(length & 0xffff, at);
        expectRefusedOrDecoded(() => decodeForwardRequest(mutant));
        expectRefusedOrDecoded(() => decodeForwardRequest(mutant, { strict: false }));
      }
    }
  });

  it('is refused when it ends at any byte too early', () => {
    const payload = payloadOf(
      encodeForwardRequest({ method: 'GET', uri: '/', headers: [['host', 'h']], queryString: 'q' }),
    );
    for (let length = 1; length < payload.length; length++) {
      expect(() => decodeForwardRequest(payload.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'AJP_MALFORMED_REQUEST' }),
      );
    }
  });

  it.each([
    ['two secrets', '0c 00 01 61 00 0c 00 01 62 00'],
    ['two stored methods', '0d 00 03 47 45 54 00 0d 00 03 50 55 54 00'],
    ['a request attribute without a name', '0a ff ff 00 01 61 00'],
    ['a stored method that is no token', '0d 00 03 47 20 54 00'],
  ])('is refused with %s', (_, attributes) => {
    const plain = encodeForwardRequest({ method: 'GET', uri: '/' });
    const payload = Buffer.concat([
      plain.subarray(4, -1),
      Buffer.from(attributes.replaceAll(' ', ''), 'hex'),
      Buffer.of(0xff),
    ]);
    expect(() => decodeForwardRequest(payload)).toThrow(
      expect.objectContaining({ code: 'AJP_MALFORMED_REQUEST' }),
    );
  });

  it('is refused with more headers or attributes than the limit', () => {
    const headers = Array.from({ length: 101 }, () => ['x', ''] as const);
    const attributes = Array.from({ length: 101 }, () => ['x', ''] as const);
    for (const extra of [{ headers }, { attributes }]) {
      const payload = payloadOf(encodeForwardRequest({ method: 'GET', uri: '/', ...extra }));
      expect(() => decodeForwardRequest(payload)).toThrow(
        expect.objectContaining({ code: 'AJP_TOO_MANY_HEADERS' }),
      );
    }
  });
});

describe('a response', () => {
  const [head404, cookies] = readVectors('to-web-server.md').filter(
    ({ name }) => name === 'A61' || name === 'A63',
  );

  it.each([head404, cookies])('is written to the byte like the head of $name', (vector) => {
    const packet = Buffer.concat(vector?.parts ?? []);
    const message = decodeResponseMessage(payloadOf(packet));
    expect(message.type === 'head' && encodeResponseHead(message.head)).toEqual(packet);
  });

  it('is written to the byte like the chunks of A66 and A71', () => {
    const chunks = readVectors('to-web-server.md').filter(({ name }) => name === 'A66' || name === 'A71');
    expect(chunks).toHaveLength(2);
    for (const { parts } of chunks) {
      const packet = Buffer.concat(parts);
      expect(encodeBodyChunks([packet.subarray(7, -1)])).toEqual(packet);
    }
  });

  it('is refused or decoded, but never more than that, with any length field changed or the end missing', () => {
    const head = encodeResponseHead({
      status: 200,
      reason: 'OK',
      headers: [
        ['X-A', '1'],
        ['Set-Cookie', 'a=1'],
      ],
    });
    for (const payload of [payloadOf(head), payloadOf(encodeBodyChunks([Buffer.from('hello')]))]) {
      for (let at = 0; at + 1 < payload.length; at++) {
        expectRefusedOrDecoded(() => decodeResponseMessage(payload.subarray(0, at)));
        for (const change of [-1, 1, -payload.readUInt16BE(at), 0xffff - payload.readUInt16BE(at)]) {
          const mutant = Buffer.from(payload);
          mutant.writeUInt16BE((payload.readUInt16BE(at) + change) & 0xffff, at);
          expectRefusedOrDecoded(() => decodeResponseMessage(mutant));
        }
      }
    }
  });

  it('reads back what was written: its head', () => {
    fc.assert(
      fc.property(aResponseHead(), (head) => {
        const message = decodeResponseMessage(payloadOf(encodeResponseHead(head, 65536)));
        const headers = head.headers.map(([name, value]) => {
          const lower = name.toLowerCase();
          return [RESPONSE_HEADERS.codeOf(lower) === undefined ? name : lower, value];
        });
        expect(message).toEqual({ type: 'head', head: { ...head, headers } });
      }),
    );
  });

  it('reads back what was written: its body, through any packet size and arrival', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20_000 }), { maxLength: 4 }),
        fc.constantFrom(8192, 9216, 65536),
        fc.integer({ min: 1, max: 30_000 }),
        (parts, packetSize, step) => {
          const wire = encodeBodyChunks(parts, packetSize);
          const decoder = new PacketDecoder('toWebServer', packetSize);
          const data: Buffer[] = [];
          for (let at = 0; at < wire.length; at += step) {
            decoder.push(wire.subarray(at, at + step));
            for (let payload = decoder.next(); payload !== null; payload = decoder.next()) {
              const message = decodeResponseMessage(payload);
              if (message.type === 'bodyChunk') data.push(message.data);
            }
          }
          expect(decoder.pendingBytes).toBe(0);
          expect(Buffer.concat(data).equals(Buffer.concat(parts))).toBe(true);
        },
      ),
    );
  });
});

describe('PacketDecoder', () => {
  it('gives the same payloads however the bytes arrive', () => {
    const wire = Buffer.concat([
      encodeForwardRequest({ method: 'GET', uri: '/' }),
      Buffer.from('12340000', 'hex'),
      Buffer.from('123400010a', 'hex'),
    ]);
    for (const pieces of everySplit(wire)) {
      const decoder = new PacketDecoder('toContainer', 8192);
      const payloads: string[] = [];
      for (const piece of pieces) {
        decoder.push(piece);
        for (let payload = decoder.next(); payload !== null; payload = decoder.next()) {
          payloads.push(payload.toString('hex'));
        }
      }
      expect(payloads).toEqual([wire.subarray(4, -9).toString('hex'), '', '0a']);
      expect(decoder.pendingBytes).toBe(0);
    }
  });

  it('puts a large payload together from pieces of any size', () => {
    const payload = Buffer.from(Array.from({ length: 65532 }, (_, index) => index % 251));
    const wire = Buffer.concat([Buffer.from('1234fffc', 'hex'), payload, Buffer.from('1234', 'hex')]);
    for (const step of [1, 1000, 8191, 8196, 30_000]) {
      const decoder = new PacketDecoder('toContainer', 65536);
      const payloads: Buffer[] = [];
      for (let at = 0; at < wire.length; at += step) {
        decoder.push(wire.subarray(at, at + step));
        const found = decoder.next();
        if (found !== null) payloads.push(found);
      }
      expect(payloads.map((found) => found.equals(payload))).toEqual([true]);
      decoder.next();
      expect(decoder.pendingBytes).toBe(2);
    }
  });

  it('takes the largest payload of each packet size and refuses one byte more', () => {
    for (const size of [8192, 65536]) {
      const header = Buffer.from('12340000', 'hex');
      header.writeUInt16BE(size - 4, 2);
      const decoder = new PacketDecoder('toContainer', size);
      decoder.push(Buffer.concat([header, Buffer.alloc(size - 4)]));
      expect(decoder.next()).toHaveLength(size - 4);
      header.writeUInt16BE(size - 3, 2);
      decoder.push(header);
      expect(() => decoder.next()).toThrow(expect.objectContaining({ code: 'AJP_PACKET_TOO_LONG' }));
    }
  });
});

function asDecoded(request: ForwardRequest): ForwardRequest {
  return {
    ...request,
    headers: request.headers.map(([name, value]) => [name.toLowerCase(), value] as const),
  };
}

function expectRefusedOrDecoded(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(AjpError);
  }
}
