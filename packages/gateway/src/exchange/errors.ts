// Owns the ways a request can fail in the gateway: one row for each, with what the client is told.

/** What is fixed about a failure. */
export interface Failure {
  readonly status: number;
  readonly title: string;
  /** One sentence for the client. It never contains anything the client did not know. */
  readonly text: string;
}

/** The code of a failure. Codes are never renamed or used again. */
export type FailureCode =
  | 'SLUICE_BAD_REQUEST'
  | 'SLUICE_NOT_MOUNTED'
  | 'SLUICE_REQUEST_SLOW'
  | 'SLUICE_BODY_TOO_LARGE'
  | 'SLUICE_EXPECTATION_FAILED'
  | 'SLUICE_TOO_MANY_REQUESTS'
  | 'SLUICE_HEAD_TOO_LARGE'
  | 'SLUICE_APPLICATION_FAILED'
  | 'SLUICE_NOT_SUPPORTED'
  | 'SLUICE_WORKER_DIED'
  | 'SLUICE_WORKER_PROTOCOL'
  | 'SLUICE_WORKER_STUCK'
  | 'SLUICE_QUEUE_FULL'
  | 'SLUICE_QUEUE_TIMEOUT'
  | 'SLUICE_APPLICATION_NOT_LOADED'
  | 'SLUICE_CRASH_LOOP'
  | 'SLUICE_STOPPING'
  | 'SLUICE_REQUEST_TIMEOUT'
  | 'SLUICE_SPOOL_FAILED'
  | 'SLUICE_LENGTH_REQUIRED'
  | 'SLUICE_HEADERS_TOO_LARGE'
  | 'SLUICE_UPSTREAM_UNREACHABLE'
  | 'SLUICE_UPSTREAM_LOST'
  | 'SLUICE_UPSTREAM_PROTOCOL'
  | 'SLUICE_UPSTREAM_REFUSED'
  | 'SLUICE_UPSTREAM_DOWN'
  | 'SLUICE_UPSTREAM_TIMEOUT'
  | 'SLUICE_REPLY_FILE';

/** Every failure, by its code; docs/reference/errors.md has a row for each. */
export const FAILURES: Readonly<Record<FailureCode, Failure>> = {
  SLUICE_BAD_REQUEST: { status: 400, title: 'Bad Request', text: 'The request could not be understood.' },
  SLUICE_NOT_MOUNTED: { status: 404, title: 'Not Found', text: 'No application answers at this path.' },
  SLUICE_REQUEST_SLOW: {
    status: 408,
    title: 'Request Timeout',
    text: 'The request did not arrive in time.',
  },
  SLUICE_BODY_TOO_LARGE: { status: 413, title: 'Content Too Large', text: 'The request body is too large.' },
  SLUICE_LENGTH_REQUIRED: {
    status: 411,
    title: 'Length Required',
    text: 'A request body needs a Content-Length here.',
  },
  SLUICE_HEADERS_TOO_LARGE: {
    status: 431,
    title: 'Request Header Fields Too Large',
    text: 'The headers of the request are too large for the server behind this one.',
  },
  SLUICE_EXPECTATION_FAILED: {
    status: 417,
    title: 'Expectation Failed',
    text: 'The request expects something that is not known here.',
  },
  SLUICE_TOO_MANY_REQUESTS: {
    status: 429,
    title: 'Too Many Requests',
    text: 'Too many requests at once. Please wait for the answers.',
  },
  SLUICE_HEAD_TOO_LARGE: {
    status: 431,
    title: 'Request Header Fields Too Large',
    text: 'The head of the request is too large.',
  },
  SLUICE_APPLICATION_FAILED: {
    status: 500,
    title: 'Internal Server Error',
    text: 'The application failed while it answered this request.',
  },
  SLUICE_NOT_SUPPORTED: {
    status: 501,
    title: 'Not Implemented',
    text: 'The request asks for something that is not supported here.',
  },
  SLUICE_WORKER_DIED: {
    status: 502,
    title: 'Bad Gateway',
    text: 'The process that answered this request ended before it was done.',
  },
  SLUICE_WORKER_PROTOCOL: {
    status: 502,
    title: 'Bad Gateway',
    text: 'The process that answered this request sent something that is not a response.',
  },
  SLUICE_UPSTREAM_UNREACHABLE: {
    status: 502,
    title: 'Bad Gateway',
    text: 'The server behind this one could not be reached.',
  },
  SLUICE_UPSTREAM_LOST: {
    status: 502,
    title: 'Bad Gateway',
    text: 'The server behind this one closed the connection before it had answered.',
  },
  SLUICE_UPSTREAM_PROTOCOL: {
    status: 502,
    title: 'Bad Gateway',
    text: 'The server behind this one sent something that is not a response.',
  },
  SLUICE_UPSTREAM_REFUSED: {
    status: 503,
    title: 'Service Unavailable',
    text: 'The server behind this one has too much to do. Please try again shortly.',
  },
  SLUICE_UPSTREAM_DOWN: {
    status: 503,
    title: 'Service Unavailable',
    text: 'No server is there to answer this request. Please try again shortly.',
  },
  SLUICE_UPSTREAM_TIMEOUT: {
    status: 504,
    title: 'Gateway Timeout',
    text: 'The server behind this one did not answer in time.',
  },
  SLUICE_WORKER_STUCK: {
    status: 504,
    title: 'Gateway Timeout',
    text: 'The process that answered this request did nothing else for too long.',
  },
  SLUICE_QUEUE_FULL: {
    status: 503,
    title: 'Service Unavailable',
    text: 'Too many requests are waiting. Please try again shortly.',
  },
  SLUICE_QUEUE_TIMEOUT: {
    status: 503,
    title: 'Service Unavailable',
    text: 'The request waited too long for its turn. Please try again shortly.',
  },
  SLUICE_APPLICATION_NOT_LOADED: {
    status: 503,
    title: 'Service Unavailable',
    text: 'The application could not be loaded. The log of the gateway says why.',
  },
  SLUICE_CRASH_LOOP: {
    status: 503,
    title: 'Service Unavailable',
    text: 'The processes of the application keep ending. The log of the gateway says why.',
  },
  SLUICE_STOPPING: { status: 503, title: 'Service Unavailable', text: 'The server is stopping.' },
  SLUICE_REQUEST_TIMEOUT: {
    status: 504,
    title: 'Gateway Timeout',
    text: 'The application did not answer in time.',
  },
  SLUICE_REPLY_FILE: {
    status: 502,
    title: 'Bad Gateway',
    text: 'The file that answers this request could not be sent.',
  },
  SLUICE_SPOOL_FAILED: {
    status: 507,
    title: 'Insufficient Storage',
    text: 'The request body could not be stored.',
  },
};

/** A request that failed in the gateway. The message and the detail are for the log, the client gets the table's text. */
export class GatewayError extends Error {
  readonly code: FailureCode;
  /** More for the log, such as a Python traceback; shown to the client only where debugging is on. */
  readonly detail: string;

  constructor(code: FailureCode, message: string, options: { detail?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.detail = options.detail ?? '';
  }

  /** The HTTP status the client gets, if nothing has been sent to it yet. */
  get status(): number {
    return FAILURES[this.code].status;
  }
}
