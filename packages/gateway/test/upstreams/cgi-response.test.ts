import { describe, expect, it } from '@jest/globals';
import { CgiResponseReader, replyHead } from '../../src/backends/upstreams/cgi-response.ts';
import { ReplyCheck } from '../../src/backends/upstreams/reply-check.ts';
import { Head } from '../../src/exchange/head.ts';

function read(text: string, cut = text.length): { readonly head: string; readonly rest: string } | null {
  const reader = new CgiResponseReader();
  const bytes = Buffer.from(text, 'latin1');
  const done = reader.push(bytes.subarray(0, cut)) ?? reader.push(bytes.subarray(cut));
  return done && { head: done.head.bytes.toString('latin1'), rest: done.rest.toString('latin1') };
}

describe('a CGI header block', () => {
  it.each([
    ['Status: 404 Gone Fishing\r\nA: b\r\n\r\n', '404 Gone Fishing\r\nA: b\r\n'],
    ['Content-Type: text/plain\n\n', '200 OK\r\nContent-Type: text/plain\r\n'],
    ['Status: 503\nA: 1\nA: 2\n\n', '503 Service Unavailable\r\nA: 1\r\nA: 2\r\n'],
    ['Location: /x\r\n\r\n', '302 Found\r\nLocation: /x\r\n'],
    ['Status: 201\r\nLocation: /x\r\n\r\n', '201 Created\r\nLocation: /x\r\n'],
    ['A: b\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n', '200 OK\r\nA: b\r\n'],
  ])('%j becomes a head, wherever it is cut', (text, head) => {
    for (let cut = 0; cut <= text.length; cut++) expect(read(text, cut)).toEqual({ head, rest: '' });
  });

  it('leaves what follows it', () => {
    expect(read('A: b\r\n\r\nbody')?.rest).toBe('body');
  });

  it.each([
    ['\r\n', 'no header line'],
    ['A b\r\n\r\n', 'without a header name'],
    ['A : b\r\n\r\n', 'without a header name'],
    [' A: b\r\n\r\n', 'without a header name'],
    ['A: b\0c\r\n\r\n', 'control character'],
    ['A: b\rc\r\n\r\n', 'control character'],
    ['A: b\x01\r\n\r\n', 'header "A" cannot stand'],
    ['A: b\x7f\r\n\r\n', 'header "A" cannot stand'],
    ['Status: 99\r\n\r\n', 'three-digit'],
    ['Status: 2000\r\n\r\n', 'three-digit'],
    ['Status: 200 O\0K\r\n\r\n', 'control character'],
    ['Status: 200\r\nStatus: 201\r\n\r\n', 'two Status lines'],
    ['Status: 101 Switching Protocols\r\n\r\n', 'status 101'],
    ['Status: 100 Continue\r\n\r\n', 'status 100'],
    [`${'A: b\r\n'.repeat(257)}\r\n`, 'header lines'],
  ])('%j is refused', (text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });

  it('is refused when it has no end', () => {
    const reader = new CgiResponseReader();
    const line = Buffer.from(`A: ${'x'.repeat(1000)}\r\n`);
    expect(() => {
      for (let times = 0; times < 1000; times++) reader.push(line);
    }).toThrow('above 65536 bytes');
  });

  it('fails with the code of a protocol error', () => {
    expect(() => replyHead(200, '', [['A', 'b\nc']])).toThrow(
      expect.objectContaining({ code: 'SLUICE_UPSTREAM_PROTOCOL', retry: 'never' }),
    );
  });
});

describe('the length of a reply', () => {
  const check = (method: string, status: number, ...lengths: string[]): ReplyCheck =>
    new ReplyCheck(
      method,
      Head.build(
        status,
        '',
        lengths.map((length) => ['Content-Length', length] as const),
      ),
    );

  it('may be unknown', () => {
    const reply = check('GET', 200);
    reply.add(1_000_000);
    expect(() => reply.end()).not.toThrow();
  });

  it('must not be exceeded, and must be reached', () => {
    const reply = check('GET', 200, '3');
    reply.add(3);
    expect(() => reply.end()).not.toThrow();
    expect(() => reply.add(1)).toThrow('longer than its Content-Length of 3');
    expect(() => check('GET', 200, '3').end()).toThrow('ended after 0 of 3');
  });

  it.each(['', '-1', '1,1', '0x10', '1e3', '9007199254740993', '3 3'])('cannot be %j', (length) => {
    expect(() => check('GET', 200, length)).toThrow('Content-Length');
  });

  it('cannot be there twice', () => {
    expect(() => check('GET', 200, '3', '3')).toThrow('twice');
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('does not mean a body of a reply to %s with %d', (method, status) => {
    const reply = check(method, status, '10');
    expect(reply.hasBody).toBe(false);
    expect(() => reply.end()).not.toThrow();
  });
});
