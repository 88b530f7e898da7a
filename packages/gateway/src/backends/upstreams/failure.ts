// What can go wrong between the gateway and an upstream server, and what it allows.

import { GatewayError, type FailureCode } from '../../exchange/errors.ts';

/**
 * Whether the request may be sent again, elsewhere or by another connection: `always`, since the server has certainly not
 * acted on it; `repeatable`, if its method can be repeated, since it may have; or `never`.
 */
export type RetryScope = 'always' | 'repeatable' | 'never';

/** A request that a server has not answered. The message says what was seen, for the log. */
export class UpstreamFailure extends Error {
  readonly code: FailureCode;
  readonly retry: RetryScope;
  /** Whether it speaks against the server rather than against the request. */
  readonly isServerFault: boolean;

  constructor(
    code: FailureCode,
    message: string,
    options: { readonly retry?: RetryScope; readonly isServerFault?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UpstreamFailure';
    this.code = code;
    this.retry = options.retry ?? 'never';
    this.isServerFault = options.isServerFault ?? true;
  }

  /** The same as the failure of an exchange, with the server's name in it. */
  toGatewayError(server: string): GatewayError {
    return new GatewayError(this.code, `${server}: ${this.message}`, { cause: this });
  }
}

/** The server sent something that is no response. `what` names the byte or the field. */
export function malformed(what: string, cause?: unknown): UpstreamFailure {
  return new UpstreamFailure('SLUICE_UPSTREAM_PROTOCOL', what, { cause });
}

/**
 * The connection ended before the reply was complete.
 *
 * @param isUnanswered whether nothing of a reply has come
 */
export function lost(what: string, isUnanswered: boolean, cause?: unknown): UpstreamFailure {
  const retry = isUnanswered ? 'repeatable' : 'never';
  return new UpstreamFailure('SLUICE_UPSTREAM_LOST', what, { retry, cause });
}
