// The client's front door, in the manner of `http.request`.
import { Role } from '../constants.ts';
import { FastCgiError } from '../errors.ts';
import { Agent } from './agent.ts';
import type { IncomingResponse } from './incoming-response.ts';
import { OutgoingRequest } from './outgoing-request.ts';
import { addressOf, paramsOf, type RequestOptions } from './request-options.ts';

/** The agent of requests that name none: kept connections, one request at a time on each. */
export const globalAgent: Agent = new Agent();

/**
 * Sends a request to a FastCGI application. `onResponse` is called at most once. Unless `body` is given, write the body
 * to the returned stream and end it. Throws FCGI_OPTION_INVALID without an address
 * and FCGI_PARAM_INVALID for a variable that is neither text nor bytes; everything else is an `error` event.
 */
export function request(
  options: RequestOptions,
  onResponse?: (response: IncomingResponse) => void,
): OutgoingRequest {
  const address = addressOf(options);
  const params = paramsOf(options);
  const role = options.role ?? Role.RESPONDER;
  const body = options.body === undefined ? undefined : Buffer.from(options.body);
  const outgoing = new OutgoingRequest(role, body !== undefined);
  if (onResponse !== undefined) outgoing.once('response', onResponse);
  watch(outgoing, options);
  const agent =
    options.agent === false ? new Agent({ keepConnection: false }) : (options.agent ?? globalAgent);
  agent.send(address, outgoing, { role, params, ...(body === undefined ? {} : { stdin: [body] }) });
  if (body !== undefined) outgoing.end();
  return outgoing;
}

/** Ties a request to its deadline and its signal, until it has a response or is closed. */
function watch(outgoing: OutgoingRequest, { timeoutMs = 0, signal }: RequestOptions): void {
  if (timeoutMs > 0) {
    const timer = setTimeout(() => {
      outgoing.destroy(new FastCgiError('FCGI_TIMEOUT', `no response within ${timeoutMs} ms`));
    }, timeoutMs);
    const stop = (): void => clearTimeout(timer);
    outgoing.once('response', stop).once('close', stop);
  }
  if (signal === undefined) return;
  const giveUp = (): void => {
    outgoing.destroy(
      new FastCgiError('FCGI_ABORTED', 'the caller gave the request up', { cause: signal.reason }),
    );
  };
  if (signal.aborted) {
    giveUp();
    return;
  }
  signal.addEventListener('abort', giveUp, { once: true });
  outgoing.once('close', () => signal.removeEventListener('abort', giveUp));
}
