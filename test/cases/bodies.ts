// Request and response bodies: small ones, spooled ones, chunked ones, very large ones.
import { chunked, whole } from '../harness/http.ts';
import { digest, patternBlocks, patternBody, patternDigest, PATTERN } from '../harness/pattern.ts';
import { row, type Case } from './case.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

// The gateway keeps bodies up to 128 KiB in memory and spools larger ones to a file; both sides of that line.
const SIZES = [0, 1, 128 * KIB - 1, 128 * KIB, 128 * KIB + 1, MIB];

const LARGE = 100 * MIB;

/** Bodies. */
export const bodyCases: readonly Case[] = [
  ...SIZES.map((sizeBytes) =>
    row(
      `an upload of ${sizeBytes} bytes`,
      { method: 'POST', target: '/digest', body: patternBody(sizeBytes) },
      {
        status: 200,
        json: { size: sizeBytes, sha256: patternDigest(sizeBytes) },
      },
    ),
  ),
  row(
    'every byte value comes back',
    { method: 'POST', target: '/echo', body: whole(PATTERN) },
    {
      status: 200,
      headers: { 'content-length': [String(PATTERN.length)] },
      text: PATTERN.toString('latin1'),
    },
  ),
  row(
    'a chunked upload',
    { method: 'POST', target: '/digest', body: chunked('a', 'chunked ', 'upload') },
    { status: 200, json: { size: 15, sha256: digest('achunked upload') } },
  ),
  row(
    'a chunked upload that is spooled',
    { method: 'POST', target: '/digest', body: chunked(...patternBlocks(MIB)) },
    { status: 200, json: { size: MIB, sha256: patternDigest(MIB) } },
  ),
  row(
    'an upload the application does not read',
    { method: 'POST', target: '/hello', body: patternBody(MIB) },
    {
      status: 200,
      text: 'hello\n',
    },
  ),
  row(
    '100 MB up',
    { method: 'POST', target: '/digest', body: patternBody(LARGE) },
    {
      status: 200,
      json: { size: LARGE, sha256: patternDigest(LARGE) },
    },
  ),
  row(
    '100 MB down',
    { target: `/pattern?size=${LARGE}` },
    {
      status: 200,
      headers: { 'content-length': [String(LARGE)] },
      also: ({ body }) => {
        if (digest(body) !== patternDigest(LARGE)) throw new Error('the bytes differ');
      },
    },
  ),
];
