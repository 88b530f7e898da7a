// The one error class of the package and the closed list of its codes.

/** What is always true of a code. */
export interface ErrorFacts {
  /** Whose doing it was: ours or our caller's, the peer's, the network's, or a configured limit's. */
  readonly fault: 'local' | 'remote' | 'io' | 'limit';
  /** What is lost by it. */
  readonly scope: 'request' | 'connection' | 'process';
  /** HTTP status a container can answer with; null where framing is lost and nothing can be answered. */
  readonly statusHint: number | null;
}

/** Stable name of a failure. Match this, never the message. */
export type AjpErrorCode =
  | 'AJP_BAD_MAGIC'
  | 'AJP_PACKET_TOO_LONG'
  | 'AJP_UNEXPECTED_PACKET'
  | 'AJP_UNDUE_BYTES'
  | 'AJP_MALFORMED_REQUEST'
  | 'AJP_TOO_MANY_HEADERS'
  | 'AJP_BAD_BODY_FRAMING'
  | 'AJP_CONTENT_LENGTH_TOO_LARGE'
  | 'AJP_WRONG_SECRET'
  | 'AJP_FORBIDDEN_ATTRIBUTE'
  | 'AJP_MALFORMED_BODY'
  | 'AJP_BODY_TOO_LONG'
  | 'AJP_BODY_INCOMPLETE'
  | 'AJP_MALFORMED_RESPONSE'
  | 'AJP_RESPONSE_TRUNCATED'
  | 'AJP_CONNECTION_CLOSED'
  | 'AJP_CONNECT_FAILED'
  | 'AJP_TIMEOUT'
  | 'AJP_QUEUE_FULL'
  | 'AJP_ABORTED'
  | 'AJP_HEAD_TOO_LARGE'
  | 'AJP_INVALID_HEADER'
  | 'AJP_LENGTH_MISMATCH'
  | 'AJP_WRONG_STATE'
  | 'AJP_INVALID_OPTION'
  | 'AJP_SECRET_REQUIRED';

function facts(
  fault: ErrorFacts['fault'],
  scope: ErrorFacts['scope'],
  statusHint: number | null,
): ErrorFacts {
  return { fault, scope, statusHint };
}

/** Every code with its facts, in the order of the documentation. */
export const AJP_ERRORS: Readonly<Record<AjpErrorCode, ErrorFacts>> = {
  AJP_BAD_MAGIC: facts('remote', 'connection', null),
  AJP_PACKET_TOO_LONG: facts('limit', 'connection', 400),
  AJP_UNEXPECTED_PACKET: facts('remote', 'connection', null),
  AJP_UNDUE_BYTES: facts('remote', 'connection', 400),
  AJP_MALFORMED_REQUEST: facts('remote', 'connection', 400),
  AJP_TOO_MANY_HEADERS: facts('limit', 'connection', 400),
  AJP_BAD_BODY_FRAMING: facts('remote', 'connection', 400),
  AJP_CONTENT_LENGTH_TOO_LARGE: facts('limit', 'connection', 413),
  AJP_WRONG_SECRET: facts('remote', 'connection', 403),
  AJP_FORBIDDEN_ATTRIBUTE: facts('remote', 'connection', 403),
  AJP_MALFORMED_BODY: facts('remote', 'connection', 400),
  AJP_BODY_TOO_LONG: facts('remote', 'connection', 400),
  AJP_BODY_INCOMPLETE: facts('remote', 'connection', 400),
  AJP_MALFORMED_RESPONSE: facts('remote', 'connection', 502),
  AJP_RESPONSE_TRUNCATED: facts('remote', 'connection', 502),
  AJP_CONNECTION_CLOSED: facts('io', 'connection', null),
  AJP_CONNECT_FAILED: facts('io', 'connection', 502),
  AJP_TIMEOUT: facts('io', 'connection', 504),
  AJP_QUEUE_FULL: facts('limit', 'request', 503),
  AJP_ABORTED: facts('local', 'request', null),
  AJP_HEAD_TOO_LARGE: facts('limit', 'request', 500),
  AJP_INVALID_HEADER: facts('local', 'request', 500),
  AJP_LENGTH_MISMATCH: facts('local', 'request', 500),
  AJP_WRONG_STATE: facts('local', 'request', 500),
  AJP_INVALID_OPTION: facts('local', 'process', null),
  AJP_SECRET_REQUIRED: facts('local', 'process', null),
};

/** What an `AjpError` may carry beside its code and message. */
export interface AjpErrorOptions {
  /** The failure underneath, such as a socket error. */
  readonly cause?: unknown;
  /** True if the same request may be sent again elsewhere: the peer cannot have acted on it. Default false. */
  readonly retriable?: boolean;
}

/** Any failure of this package. The message says what was seen and what was allowed, never a secret or a body. */
export class AjpError extends Error {
  override readonly name = 'AjpError';
  /** Stable name of the failure. */
  readonly code: AjpErrorCode;
  /** Whose doing it was. */
  readonly fault: ErrorFacts['fault'];
  /** What is lost by it. */
  readonly scope: ErrorFacts['scope'];
  /** HTTP status to answer with, or null where nothing can be answered. */
  readonly statusHint: number | null;
  /** True if the request may be sent again elsewhere. */
  readonly retriable: boolean;

  constructor(code: AjpErrorCode, message: string, options: AjpErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const { fault, scope, statusHint } = AJP_ERRORS[code];
    this.code = code;
    this.fault = fault;
    this.scope = scope;
    this.statusHint = statusHint;
    this.retriable = options.retriable ?? false;
  }
}
