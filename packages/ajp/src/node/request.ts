// The web-server side over sockets: `request` in the manner of node:http.
import { AjpError } from '../errors.ts';
import type { ForwardRequestInit } from '../forward-request-encoder.ts';
import { globalAgent, type Agent } from './agent.ts';
import { headerPairs, type HeadersInit } from './header-map.ts';
import type { IncomingResponse } from './incoming-response.ts';
import { OutgoingRequest } from './outgoing-request.ts';
import type { ContainerAddress } from './pooled-connection.ts';

/** A request to a container. Times are milliseconds, 0 waits for ever. */
export interface RequestOptions
  extends ContainerAddress, Partial<Omit<ForwardRequestInit, 'headers' | 'uri' | 'secret'>> {
  /** Path, with the query after "?" unless `queryString` is given. Default "/". */
  readonly path?: string;
  readonly headers?: HeadersInit;
  /** What the container asks for; its UTF-8 bytes are sent. Default: none. */
  readonly secret?: string | null | undefined;
  /** Default: one agent for the process. */
  readonly agent?: Agent;
  /** Longest silence before the head of the response. Default 60 000. */
  readonly responseTimeoutMs?: number;
  /** Longest silence within the response. Default 60 000. */
  readonly idleTimeoutMs?: number;
  /** Gives the request up when it fires: AJP_ABORTED with the signal's reason as cause. */
  readonly signal?: AbortSignal;
}

/**
 * Begins a request; `end()` it to have it sent. `responded` is called with the response, `error` is emitted if there
 * will be none. The method defaults to GET, the host header to nothing: say what the container should see.
 */
export function request(
  options: RequestOptions,
  responded?: (response: IncomingResponse) => void,
): OutgoingRequest {
  const { agent = globalAgent, responseTimeoutMs = 60_000, idleTimeoutMs = 60_000, signal } = options;
  const { host, port, socketPath, path = '/', headers = [], secret = null, ...fields } = options;
  const question = path.indexOf('?');
  const init: ForwardRequestInit = {
    queryString: question === -1 ? null : path.slice(question + 1),
    ...fields,
    method: options.method ?? 'GET',
    uri: question === -1 ? path : path.slice(0, question),
    headers: headerPairs(headers),
    // One character per byte on the wire, while servers are configured in UTF-8.
    secret: secret === null ? null : Buffer.from(secret).toString('latin1'),
  };
  const address = {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(socketPath !== undefined && { socketPath }),
  };
  const outgoing = new OutgoingRequest({ agent, address, init, responseTimeoutMs, idleTimeoutMs });
  if (responded !== undefined) outgoing.once('response', responded);
  if (signal !== undefined) heed(signal, outgoing);
  return outgoing;
}

// Not stream.addAbortSignal: that stops listening once the request is written, with the response still to come.
function heed(signal: AbortSignal, outgoing: OutgoingRequest): void {
  const giveUp = (): void => {
    outgoing.destroy(new AjpError('AJP_ABORTED', 'the request was given up', { cause: signal.reason }));
  };
  if (signal.aborted) {
    giveUp();
    return;
  }
  signal.addEventListener('abort', giveUp, { once: true });
  outgoing.once('close', () => signal.removeEventListener('abort', giveUp));
}
