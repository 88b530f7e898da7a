import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildCgiHead, CgiHeadParser, isBodyless, parseCgiHead, type HeadLimits } from '../src/index.ts';
import { cuts } from './helpers/replay.ts';

function parse(pieces: readonly Buffer[], limits?: HeadLimits): { status: number; body: string } | undefined {
  const parser = new CgiHeadParser(limits);
  let result: ReturnType<CgiHeadParser['push']>;
  let body = '';
  for (const piece of pieces) {
    if (result === undefined) {
      result = parser.push(piece);
      body = result?.body.toString('latin1') ?? '';
    } else {
      body += piece.toString('latin1');
    }
  }
  return result && { status: result.head.status, body };
}

function code(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return (error as { code: unknown }).code;
  }
  return undefined;
}

describe('a response head', () => {
  it.each([
    ['Status: 404 Not Found\r\nContent-Type: a\r\n\r\n', 404, 'Not Found'],
    ['Content-Type: a\n\n', 200, ''],
    ['Location: /x\r\n\r\n', 302, ''],
    ['location: http://e/\r\nstatus: 301\r\n\r\n', 301, ''],
    ['Status:500\r\n\r\n', 500, ''],
    ['Status: 200  spaced  reason \r\n\r\n', 200, 'spaced  reason'],
  ])('%j has status %i and reason %j', (text, status, reason) => {
    const head = parseCgiHead(Buffer.from(text, 'latin1'));
    expect([head.status, head.reason]).toEqual([status, reason]);
  });

  it('keeps order, spelling and duplicates, and takes the surrounding space off', () => {
    const block = Buffer.from('X-b:  1 \r\nx-A:\t2\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nEmpty:\r\n\r\n');
    const { headers, headerBlock } = parseCgiHead(block);
    expect(headers).toEqual([
      ['X-b', '1'],
      ['x-A', '2'],
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
      ['Empty', ''],
    ]);
    expect(headerBlock).toEqual(block);
  });

  it.each(['Status: 200\r\nA: b\r\n\r\nbody\r\n\r\nmore', 'A: b\n\nbody', 'A: b\r\n\r\n'])(
    'is found in %j however it is cut',
    (text) => {
      const end = /\r?\n\r?\n/.exec(text);
      const body = text.slice((end?.index ?? 0) + (end?.[0].length ?? 0));
      for (const { name, pieces } of cuts(Buffer.from(text))) {
        expect({ name, ...parse(pieces) }).toEqual({ name, status: 200, body });
      }
    },
  );

  it.each([
    ['no line at all', '\r\n'],
    ['a line without a colon', 'HTTP/1.1 200 OK\r\nA: b\r\n\r\n'],
    ['a line without a name', ': x\r\n\r\n'],
    ['a name with a space', 'A b: x\r\n\r\n'],
    ['a folded line', 'A: x\r\n folded: y\r\n\r\n'],
    ['NUL in a value', 'A: x\0y\r\n\r\n'],
    ['a bare CR in a value', 'A: x\ry\r\n\r\n'],
    ['a status that is no number', 'Status: OK\r\n\r\n'],
    ['a status of two digits', 'Status: 99 x\r\n\r\n'],
    ['a status of four digits', 'Status: 2000\r\n\r\n'],
    ['two status lines', 'Status: 200\r\nStatus: 500\r\n\r\n'],
  ])('with %s is refused', (_what, text) => {
    expect(code(() => parse([Buffer.from(text, 'latin1')]))).toBe('FCGI_HEAD_MALFORMED');
  });

  it('above its limits is refused, also while it is not complete', () => {
    const limits = { headBytes: 20, headLines: 2 };
    expect(code(() => parse([Buffer.from('A: 345678901234567890')], limits))).toBe('FCGI_HEAD_TOO_LARGE');
    expect(code(() => parse([Buffer.from('A: 34567890123456\r\n\r\n')], limits))).toBe('FCGI_HEAD_TOO_LARGE');
    expect(code(() => parse([Buffer.from('A: 1\nB: 2\nC: 3\n\n')], limits))).toBe('FCGI_HEAD_TOO_LARGE');
    expect(parse([Buffer.from('A: 1\nB: 2\n\n'), Buffer.alloc(100)], limits)?.status).toBe(200);
  });

  it('is built with Status first and without hop-by-hop fields', () => {
    const head = buildCgiHead(
      404,
      [
        ['Content-Type', 'text/plain'],
        ['Connection', 'close'],
        ['transfer-encoding', 'chunked'],
      ],
      'Not Found',
    );
    expect(head.toString()).toBe('Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\n');
    expect(buildCgiHead(200, []).toString()).toBe('Status: 200\r\n\r\n');
  });

  it.each([
    ['a status below 100', () => buildCgiHead(99, [])],
    ['a status that is no integer', () => buildCgiHead(200.5, [])],
    ['a value with CRLF', () => buildCgiHead(200, [['A', 'x\r\nB: y']])],
    ['a value with NUL', () => buildCgiHead(200, [['A', 'x\0']])],
    ['a value beyond latin-1', () => buildCgiHead(200, [['A', '\u0100']])],
    ['a name with a colon', () => buildCgiHead(200, [['A:', 'x']])],
    ['an empty name', () => buildCgiHead(200, [['', 'x']])],
    ['a Status header', () => buildCgiHead(200, [['Status', '500']])],
    ['a reason with LF', () => buildCgiHead(200, [], 'OK\nA: b')],
  ])('is not built with %s', (_what, build) => {
    expect(code(build)).toBe('FCGI_HEADER_INVALID');
  });

  it('that was built is read back', () => {
    const token = fc
      .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/)
      .filter((name) => !/^(status|connection|keep-alive|te|trailer|upgrade|location)$/i.test(name));
    const value = fc.stringMatching(/^[!-~\u00a1-\u00ff]{0,30}$/);
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 999 }),
        fc.array(fc.tuple(token, value)),
        value,
        (status, headers, reason) => {
          const head = parseCgiHead(buildCgiHead(status, headers, reason));
          expect([head.status, head.headers, head.reason]).toEqual([status, headers, reason]);
        },
      ),
    );
  });

  it('reads or refuses any bytes, and does nothing else', () => {
    const lines = fc.array(fc.constantFrom('A: b', 'Status: 200', ':', '\r', '\0', 'x'.repeat(30), ' ', ''), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n', '\r'), (parts, separator) => {
        const outcome = code(() =>
          parse([Buffer.from(parts.join(separator))], { headBytes: 60, headLines: 3 }),
        );
        expect([undefined, 'FCGI_HEAD_MALFORMED', 'FCGI_HEAD_TOO_LARGE']).toContain(outcome);
      }),
    );
  });
});

describe('a response without a body', () => {
  it.each([
    ['HEAD', 200, true],
    ['GET', 204, true],
    ['GET', 304, true],
    ['GET', 101, true],
    ['GET', 200, false],
    ['POST', 404, false],
  ])('%s %i: %s', (method, status, expected) => {
    expect(isBodyless(method, status)).toBe(expected);
  });
});
