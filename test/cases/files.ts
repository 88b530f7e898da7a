// Files sent through `wsgi.file_wrapper`: whole, in part, not at all.
import { existsSync } from 'node:fs';
import { expect } from '@jest/globals';
import { exchange, headerValues, type HttpRequest } from '../harness/http.ts';
import { PATTERN } from '../harness/pattern.ts';
import { expectResponse, row, type Case } from './case.ts';
import type { AnyFront } from '../paths/path.ts';

const SIZE = PATTERN.length;

/** A request for a file of the pattern, written when it is first asked for. */
function forFile(
  headers: readonly (readonly [string, string])[] = [],
  method = 'GET',
): (front: AnyFront) => HttpRequest {
  return ({ site }) => {
    const path = site.path('pattern');
    if (!existsSync(path)) site.write('pattern', PATTERN);
    return { method, target: `/file?path=${encodeURIComponent(path)}`, headers };
  };
}

function range(name: string, header: string, first: number, last: number): Case {
  return row(name, forFile([['Range', header]]), {
    status: 206,
    headers: {
      'content-range': [`bytes ${first}-${last}/${SIZE}`],
      'content-length': [String(last - first + 1)],
    },
    text: PATTERN.subarray(first, last + 1).toString('latin1'),
  });
}

/** Files. */
export const fileCases: readonly Case[] = [
  row('a file', forFile(), {
    status: 200,
    headers: { 'content-length': [String(SIZE)] },
    text: PATTERN.toString('latin1'),
  }),
  row('HEAD of a file', forFile([], 'HEAD'), {
    status: 200,
    headers: { 'content-length': [String(SIZE)] },
    text: '',
  }),
  range('Range: the first bytes', 'bytes=0-99', 0, 99),
  range('Range: from the middle to the end', `bytes=40000-`, 40_000, SIZE - 1),
  range('Range: the last bytes', 'bytes=-500', SIZE - 500, SIZE - 1),
  row('Range: after the end', forFile([['Range', `bytes=${SIZE}-`]]), {
    status: 416,
    headers: { 'content-range': [`bytes */${SIZE}`] },
  }),
  {
    name: '304 has no body and keeps its ETag',
    run: async (front) => {
      const first = await exchange(front.address, forFile()(front));
      const [etag = ''] = headerValues(first, 'etag');
      expect(etag).toMatch(/^".+"$/);
      const second = await exchange(front.address, forFile([['If-None-Match', etag]])(front));
      expectResponse(second, { status: 304, headers: { etag: [etag] }, text: '' });
    },
  },
];
