// What becomes of bytes that are no HTTP request: which failure they are, and what the client is sent.

import { errorPage } from '../exchange/error-page.ts';
import { GatewayError } from '../exchange/errors.ts';
import { guessProtocol } from './guess-protocol.ts';

/**
 * The failure that an error of Node's parser stands for; null for one of the network or of a handshake, which nobody can be
 * answered about.
 */
export function failureOf(
  error: Error & { readonly code?: string; readonly reason?: string; readonly rawPacket?: Buffer },
): GatewayError | null {
  const { code = '', reason = error.message, rawPacket } = error;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new GatewayError('SLUICE_REQUEST_SLOW', 'the head of the request did not come in time');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new GatewayError(
      'SLUICE_HEAD_TOO_LARGE',
      'the head of the request is larger than limits.variables',
    );
  }
  // The end of the connection in the middle of a request.
  if (code === 'HPE_INVALID_EOF_STATE') return null;
  if (!code.startsWith('HPE_')) return null;
  const guess = code === 'HPE_INVALID_METHOD' && rawPacket ? guessProtocol(rawPacket) : '';
  return new GatewayError('SLUICE_BAD_REQUEST', `the bytes are no HTTP request: ${reason} (${code})${guess}`);
}

/** A whole response that says so and closes the connection. */
export function refusalBytes(error: GatewayError): Buffer {
  const { head, body } = errorPage(error, '');
  const status = Buffer.from('HTTP/1.1 ');
  return Buffer.concat([status, head.bytes, Buffer.from('Connection: close\r\n\r\n'), body]);
}
