// What the protocol status of END_REQUEST means to the web server (specification 5.5).
import { ProtocolStatus } from './constants.ts';
import { FastCgiError, type FastCgiErrorCode } from './errors.ts';

const REFUSALS: ReadonlyMap<number, FastCgiErrorCode> = new Map([
  [ProtocolStatus.CANT_MPX_CONN, 'FCGI_CANT_MULTIPLEX'],
  [ProtocolStatus.OVERLOADED, 'FCGI_OVERLOADED'],
  [ProtocolStatus.UNKNOWN_ROLE, 'FCGI_UNKNOWN_ROLE'],
]);

/**
 * The error for a protocol status, undefined for REQUEST_COMPLETE. A refusal is retriable only if nothing of a response
 * came before it.
 */
export function refusalError(
  status: number,
  requestId: number,
  isUntouched: boolean,
): FastCgiError | undefined {
  if (status === ProtocolStatus.REQUEST_COMPLETE) return undefined;
  const code = REFUSALS.get(status);
  if (code === undefined) {
    return new FastCgiError('FCGI_PROTOCOL_STATUS', `END_REQUEST with protocol status ${status}`, {
      requestId,
    });
  }
  return new FastCgiError(code, 'the application refused the request', { requestId, retriable: isUntouched });
}
