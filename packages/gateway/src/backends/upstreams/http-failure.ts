// What undici's errors mean for a request.

import { undici } from './undici.ts';
import { lost, malformed, UpstreamFailure } from './failure.ts';

/**
 * The failure an error stands for.
 *
 * @param isSent whether the request was given to the connection at all
 * @param isUnanswered whether nothing of a reply has come
 */
export function httpFailure(error: Error, isSent: boolean, isUnanswered: boolean): UpstreamFailure {
  const { message } = error;
  const { errors } = undici();
  if (!isSent) {
    const what = `the connection ended before the request was sent: ${message}`;
    return new UpstreamFailure('SLUICE_UPSTREAM_LOST', what, { retry: 'always', cause: error });
  }
  if (error instanceof errors.HeadersOverflowError)
    return malformed('the head of the reply is too large', error);
  if (error instanceof errors.ResponseContentLengthMismatchError)
    return lost('the reply is shorter than its Content-Length', false, error);
  if (error instanceof errors.HTTPParserError) {
    // That is how its parser says that the end came inside a chunk.
    if (message.includes('Invalid EOF state'))
      return lost('the connection ended inside the reply', false, error);
    return malformed(`this is no HTTP/1.1: ${message}`, error);
  }
  if (error instanceof errors.RequestContentLengthMismatchError) {
    const what = 'the request body is not as long as its Content-Length';
    return new UpstreamFailure('SLUICE_BAD_REQUEST', what, { isServerFault: false, cause: error });
  }
  return lost(`the connection broke off: ${message}`, isUnanswered, error);
}
