// SCGI as the web server speaks it: a netstring with the variables, then the body; the reply is that of a CGI program.

import { CgiResponseReader } from './cgi-response.ts';
import type { Dialect } from './dialect.ts';
import type { UpstreamRequest } from './protocol.ts';

const COMMA = Buffer.from(',');

/** The protocol. */
export const SCGI: Dialect = {
  name: 'scgi',
  encode: encodeScgi,
  makeReader: () => new CgiResponseReader(),
};

/**
 * The netstring of a request. CONTENT_LENGTH is that of the body there is, whatever the variables say, and comes first, as
 * it must.
 */
export function encodeScgi({ variables }: UpstreamRequest, contentBytes: number): readonly Buffer[] {
  const first = { CONTENT_LENGTH: String(contentBytes), SCGI: '1' };
  const all = variables.with(first);
  const block = Buffer.allocUnsafe(all.byteLength);
  all.writeInto(block, 0);
  // What was set last stands last.
  let firstBytes = 0;
  for (const [name, value] of Object.entries(first)) firstBytes += name.length + value.length + 2;
  const border = block.length - firstBytes;
  return [Buffer.from(`${block.length}:`), block.subarray(border), block.subarray(0, border), COMMA];
}
