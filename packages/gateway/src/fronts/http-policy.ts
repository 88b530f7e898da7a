// What Node's parser lets through and two readers could still understand differently, or nobody can serve. Pure.

import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../exchange/errors.ts';
import { isHost } from './forwarding.ts';

/** The only version with a body of unknown length and connections that stay. */
const CURRENT = '1.1';

/** Why a request must be refused; null if it is fine. Its connection is of no further use then. */
export function objectionTo(request: IncomingMessage, headersCountMax: number): GatewayError | null {
  const count = request.rawHeaders.length / 2;
  if (count > headersCountMax) {
    const message = `the head has ${count} headers, ${headersCountMax} are allowed`;
    return new GatewayError('SLUICE_HEAD_TOO_LARGE', message);
  }
  const { httpVersion } = request;
  if (httpVersion !== CURRENT && httpVersion !== '1.0') return bad(`HTTP/${httpVersion} is not spoken here`);
  return objectionToFraming(request) ?? objectionToTarget(request, hostOf(request));
}

function objectionToFraming({ headers, httpVersion }: IncomingMessage): GatewayError | null {
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return null;
  if (httpVersion !== CURRENT) return bad('Transfer-Encoding in a request of HTTP/1.0');
  if (coding.toLowerCase() === 'chunked') return null;
  return new GatewayError(
    'SLUICE_NOT_SUPPORTED',
    `the transfer coding ${JSON.stringify(coding)} is not known`,
  );
}

function objectionToTarget(request: IncomingMessage, host: string | null): GatewayError | null {
  const { method, url = '', httpVersion } = request;
  if (host === null) return bad('more than one header Host, or more than one Content-Type');
  if (host === MISSING && httpVersion === CURRENT) return bad('no header Host');
  if (host !== MISSING && !isHost(host))
    return bad(`the header Host is ${JSON.stringify(host)}, which is no host`);
  if (url.includes('#')) return bad('the target has a fragment');
  if (url === '*') return method === 'OPTIONS' ? null : bad(`the target of ${method} is *`);
  if (url.startsWith('/')) return null;
  const authority = /^https?:\/\/([^/?]*)/i.exec(url)?.[1];
  if (authority === undefined || authority === '' || !isHost(authority))
    return bad('the target is not a path');
  if (host !== MISSING && authority.toLowerCase() !== host.toLowerCase())
    return bad(`the target is of ${authority}, the header Host says ${JSON.stringify(host)}`);
  return null;
}

/** No host has a name like that. */
const MISSING = '\0';

/** The value of Host; null where headers come twice that may come only once. */
function hostOf({ rawHeaders }: IncomingMessage): string | null {
  let host = MISSING;
  let typesCount = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    // Comparing lengths first keeps this off the path of all other headers.
    if (name.length === 4 && name.toLowerCase() === 'host') {
      if (host !== MISSING) return null;
      host = rawHeaders[at + 1] ?? '';
    } else if (name.length === 12 && name.toLowerCase() === 'content-type' && ++typesCount > 1) {
      return null;
    }
  }
  return host;
}

function bad(message: string): GatewayError {
  return new GatewayError('SLUICE_BAD_REQUEST', message);
}
