// uwsgi as the web server speaks it: a packet with the variables, then the body; the reply is HTTP/1 up to the end of the
// connection, or that of a CGI program.

import type { Dialect } from './dialect.ts';
import { UpstreamFailure } from './failure.ts';
import type { UpstreamRequest } from './protocol.ts';
import { StatusLineReader } from './status-line.ts';

const HEADER_BYTES = 4;
/** What a packet can hold, since its length has two bytes. */
const PACKET_BYTES_MAX = 65_535;

/** The protocol. */
export const UWSGI: Dialect = {
  name: 'uwsgi',
  encode: (request, contentBytes) => [encodeUwsgi(request, contentBytes)],
  makeReader: () => new StatusLineReader(),
};

/**
 * The packet of a request for a WSGI application. CONTENT_LENGTH is that of the body there is, whatever the variables say.
 * Throws an `UpstreamFailure` if the variables do not fit.
 */
export function encodeUwsgi({ variables }: UpstreamRequest, contentBytes: number): Buffer {
  const all = variables.with({ CONTENT_LENGTH: String(contentBytes) });
  const block = Buffer.allocUnsafe(all.byteLength);
  all.writeInto(block, 0);
  // A NUL behind each text becomes a length of two bytes in front of it.
  let texts = 0;
  for (const byte of block) if (byte === 0) texts++;
  const sizeBytes = block.length + texts;
  if (sizeBytes > PACKET_BYTES_MAX) {
    const message = `the variables have ${sizeBytes} bytes in uwsgi, which can carry ${PACKET_BYTES_MAX}`;
    throw new UpstreamFailure('SLUICE_HEADERS_TOO_LARGE', message, { isServerFault: false });
  }
  const packet = Buffer.alloc(HEADER_BYTES + sizeBytes);
  packet.writeUInt16LE(sizeBytes, 1);
  let to = HEADER_BYTES;
  let start = 0;
  for (let at = 0; at < block.length; at++) {
    if (block[at] !== 0) continue;
    packet.writeUInt16LE(at - start, to);
    packet.set(block.subarray(start, at), to + 2);
    to += 2 + at - start;
    start = at + 1;
  }
  return packet;
}
