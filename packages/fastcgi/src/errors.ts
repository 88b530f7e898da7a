// The one error class of the package and the closed list of what can go wrong.

/** Who caused it: our caller, the peer, the transport, or a limit of ours that the peer ran into. */
export type ErrorFault = 'local' | 'remote' | 'io' | 'limit';

/** How much is lost: one record (skipped), one request, or the connection with everything on it. */
export type ErrorScope = 'record' | 'request' | 'connection';

/** Every code a {@link FastCgiError} can have. Codes are never renamed or used again for something else. */
export type FastCgiErrorCode =
  | 'FCGI_VERSION'
  | 'FCGI_NULL_REQUEST_ID'
  | 'FCGI_BODY_LENGTH'
  | 'FCGI_DUPLICATE_ID'
  | 'FCGI_OUT_OF_ORDER'
  | 'FCGI_DATA_AFTER_END'
  | 'FCGI_WRONG_DIRECTION'
  | 'FCGI_UNKNOWN_ID'
  | 'FCGI_PAIRS_MALFORMED'
  | 'FCGI_TRUNCATED'
  | 'FCGI_PARAMS_TOO_LARGE'
  | 'FCGI_TOO_MANY_PARAMS'
  | 'FCGI_MANAGEMENT_TOO_LARGE'
  | 'FCGI_DRAIN_LIMIT'
  | 'FCGI_PARAM_NUL'
  | 'FCGI_BODY_TRUNCATED'
  | 'FCGI_ABORTED'
  | 'FCGI_HEAD_TOO_LARGE'
  | 'FCGI_HEAD_MALFORMED'
  | 'FCGI_PREMATURE_END'
  | 'FCGI_RESPONSE_TRUNCATED'
  | 'FCGI_CANT_MULTIPLEX'
  | 'FCGI_OVERLOADED'
  | 'FCGI_UNKNOWN_ROLE'
  | 'FCGI_PROTOCOL_STATUS'
  | 'FCGI_STALE_CONNECTION'
  | 'FCGI_TRANSPORT'
  | 'FCGI_TIMEOUT'
  | 'FCGI_REQUEST_ENDED'
  | 'FCGI_CONNECTION_ENDED'
  | 'FCGI_RESPONSE_STARTED'
  | 'FCGI_NO_FREE_ID'
  | 'FCGI_RECORD_TOO_LONG'
  | 'FCGI_PAIR_TOO_LONG'
  | 'FCGI_PARAM_INVALID'
  | 'FCGI_HEADER_INVALID'
  | 'FCGI_OPTION_INVALID';

interface ErrorKind {
  readonly fault: ErrorFault;
  readonly scope: ErrorScope;
  /** The HTTP status a gateway would answer with. */
  readonly statusHint: number;
  /** Whether the application certainly did no work, so that the request may be sent elsewhere. */
  readonly retriable: boolean;
}

function kind(fault: ErrorFault, scope: ErrorScope, statusHint: number, retriable = false): ErrorKind {
  return { fault, scope, statusHint, retriable };
}

const KINDS: Readonly<Record<FastCgiErrorCode, ErrorKind>> = {
  /** A record header with a version other than 1: this is not FastCGI, or the framing is lost. */
  FCGI_VERSION: kind('remote', 'connection', 400),
  /** A request record (types 1 to 8) with the id of management records, 0. */
  FCGI_NULL_REQUEST_ID: kind('remote', 'connection', 400),
  /** BEGIN_REQUEST, END_REQUEST or UNKNOWN_TYPE with a body that is not 8 bytes. */
  FCGI_BODY_LENGTH: kind('remote', 'connection', 400),
  /** BEGIN_REQUEST for an id that is in use. */
  FCGI_DUPLICATE_ID: kind('remote', 'connection', 400),
  /** A stream before its turn: STDIN before the end of PARAMS, DATA before the end of STDIN, PARAMS after their end. */
  FCGI_OUT_OF_ORDER: kind('remote', 'connection', 400),
  /** Content for a stream that has ended; the record was dropped. */
  FCGI_DATA_AFTER_END: kind('remote', 'record', 400),
  /** A record type that only the other side may send, in strict mode. */
  FCGI_WRONG_DIRECTION: kind('remote', 'connection', 400),
  /** A response for a request id that was never begun on this connection. */
  FCGI_UNKNOWN_ID: kind('remote', 'connection', 502),
  /** Name-value pairs that end inside a pair. */
  FCGI_PAIRS_MALFORMED: kind('remote', 'connection', 400),
  /** The connection ended inside a record. */
  FCGI_TRUNCATED: kind('remote', 'connection', 502),
  /** PARAMS, or one declared length in them, above `paramsBytes`. */
  FCGI_PARAMS_TOO_LARGE: kind('limit', 'connection', 431),
  /** More pairs than `paramsPairs`. */
  FCGI_TOO_MANY_PARAMS: kind('limit', 'connection', 431),
  /** A management record above `managementBytes`. */
  FCGI_MANAGEMENT_TOO_LARGE: kind('limit', 'connection', 400),
  /** More input after the answer than `drainBytes`. */
  FCGI_DRAIN_LIMIT: kind('limit', 'connection', 413),
  /** A NUL byte in a variable, where the block encoding cannot carry one. */
  FCGI_PARAM_NUL: kind('remote', 'request', 400),
  /** The request body is shorter than CONTENT_LENGTH: the client went away. */
  FCGI_BODY_TRUNCATED: kind('remote', 'request', 400),
  /** The web server gave the request up, by ABORT_REQUEST or by closing the connection. */
  FCGI_ABORTED: kind('remote', 'request', 499),
  /** A response head above `headBytes` or `headLines`. */
  FCGI_HEAD_TOO_LARGE: kind('limit', 'request', 502),
  /** A response head that is not a CGI header block. */
  FCGI_HEAD_MALFORMED: kind('remote', 'request', 502),
  /** The response ended before its head was complete. */
  FCGI_PREMATURE_END: kind('remote', 'request', 502),
  /** The connection ended before END_REQUEST. */
  FCGI_RESPONSE_TRUNCATED: kind('remote', 'request', 502),
  /** The application refused the request: CANT_MPX_CONN. */
  FCGI_CANT_MULTIPLEX: kind('remote', 'request', 502, true),
  /** The application refused the request: OVERLOADED. */
  FCGI_OVERLOADED: kind('remote', 'request', 503, true),
  /** The application refused the request: UNKNOWN_ROLE. */
  FCGI_UNKNOWN_ROLE: kind('remote', 'request', 502, true),
  /** END_REQUEST with a protocol status the specification does not know. */
  FCGI_PROTOCOL_STATUS: kind('remote', 'request', 502),
  /** A kept connection was closed before anything of the response came; the application may not have seen the request. */
  FCGI_STALE_CONNECTION: kind('io', 'request', 502),
  /** The transport failed. */
  FCGI_TRANSPORT: kind('io', 'connection', 502),
  /** A deadline passed. */
  FCGI_TIMEOUT: kind('io', 'request', 504),
  /** The caller used a request after ending it. */
  FCGI_REQUEST_ENDED: kind('local', 'request', 500),
  /** The caller used a connection after it ended. */
  FCGI_CONNECTION_ENDED: kind('local', 'connection', 500),
  /** The caller refused a request it had begun to answer. */
  FCGI_RESPONSE_STARTED: kind('local', 'request', 500),
  /** No room for another request on this connection. */
  FCGI_NO_FREE_ID: kind('local', 'request', 503, true),
  /** Content above 65535 bytes for one record. */
  FCGI_RECORD_TOO_LONG: kind('local', 'record', 500),
  /** A name-value pair that fits no single PARAMS record. */
  FCGI_PAIR_TOO_LONG: kind('local', 'request', 431),
  /** A variable name or value that cannot be sent: empty name, or a character outside latin-1. */
  FCGI_PARAM_INVALID: kind('local', 'request', 500),
  /** A response header, status or reason that cannot be sent. */
  FCGI_HEADER_INVALID: kind('local', 'request', 500),
  /** An option outside its range. */
  FCGI_OPTION_INVALID: kind('local', 'connection', 500),
};

/** All codes, for tables and tests. */
export const ERROR_CODES: readonly FastCgiErrorCode[] = Object.keys(KINDS) as FastCgiErrorCode[];

/** What is known besides the code. */
export interface FastCgiErrorDetails {
  /** The request the error belongs to. */
  readonly requestId?: number;
  /** Bytes received on the connection before the offending record. */
  readonly offset?: number;
  /** Instead of what the code says: false once part of a response came. */
  readonly retriable?: boolean;
  readonly cause?: unknown;
}

/**
 * Everything this package throws, rejects with or reports. Match on `code`, never on the message. The message says
 * what was seen and what was allowed; it holds no variable values and no body bytes.
 */
export class FastCgiError extends Error {
  override readonly name = 'FastCgiError';
  readonly code: FastCgiErrorCode;
  readonly fault: ErrorFault;
  readonly scope: ErrorScope;
  /** The HTTP status a gateway would answer with. */
  readonly statusHint: number;
  /** Whether the application certainly did no work, so that the request may be sent elsewhere. */
  readonly retriable: boolean;
  /** The request the error belongs to, if it belongs to one. */
  readonly requestId: number | undefined;
  /** Bytes received on the connection before the offending record, where known. */
  readonly offset: number | undefined;

  constructor(code: FastCgiErrorCode, message: string, details: FastCgiErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    const { fault, scope, statusHint, retriable } = KINDS[code];
    this.code = code;
    this.fault = fault;
    this.scope = scope;
    this.statusHint = statusHint;
    this.retriable = details.retriable ?? retriable;
    this.requestId = details.requestId;
    this.offset = details.offset;
  }
}

/** Whether a connection must end for this; anything else that is thrown while reading is a mistake in a handler. */
export function isConnectionFault(error: unknown): error is FastCgiError {
  return error instanceof FastCgiError && error.scope === 'connection' && error.fault !== 'local';
}
