// The numbers of the FastCGI 1.0 specification, and the few sizes we chose ourselves, each with its reason.

/** The only protocol version there is (specification 3.3). */
export const VERSION = 1;

/** Bytes of a record header (specification 3.3). */
export const HEADER_LENGTH = 8;

/** Largest content of one record: the length field has 16 bits (specification 3.3). */
export const CONTENT_LENGTH_MAX = 0xffff;

/** Bytes in the body of BEGIN_REQUEST, END_REQUEST and UNKNOWN_TYPE (specification 5.1, 5.5, 4.2). */
export const FIXED_BODY_LENGTH = 8;

/** The request id of management records (specification 3.3). */
export const MANAGEMENT_ID = 0;

/** Records are padded so that the next header starts at a multiple of this (specification 3.3 advises it). */
export const ALIGNMENT = 8;

/**
 * Largest content we put into one STDIN, STDOUT, STDERR or DATA record. Every known peer takes 32 KiB, the header costs
 * 0.02 %, and on a shared connection a neighbour's record never waits behind more than this.
 */
export const STREAM_CONTENT_MAX = 32_768;

/**
 * Largest content we put into one PARAMS record: php-fpm refuses content and padding above 65535 together, and this is
 * the largest multiple of 8 below it.
 */
export const PARAMS_CONTENT_MAX = 65_528;

/** Record types (specification 8). */
export const RecordType = {
  BEGIN_REQUEST: 1,
  ABORT_REQUEST: 2,
  END_REQUEST: 3,
  PARAMS: 4,
  STDIN: 5,
  STDOUT: 6,
  STDERR: 7,
  DATA: 8,
  GET_VALUES: 9,
  GET_VALUES_RESULT: 10,
  UNKNOWN_TYPE: 11,
} as const;

/** A record type this specification knows, 1 to 11. On the wire any byte may come. */
export type RecordType = (typeof RecordType)[keyof typeof RecordType];

/** The record types that carry a byte stream: any number of records, ended by an empty one (specification 3.3). */
export type StreamType =
  | typeof RecordType.PARAMS
  | typeof RecordType.STDIN
  | typeof RecordType.STDOUT
  | typeof RecordType.STDERR
  | typeof RecordType.DATA;

/** What the application is asked to be (specification 6). */
export const Role = { RESPONDER: 1, AUTHORIZER: 2, FILTER: 3 } as const;

/** One of the three roles. */
export type Role = (typeof Role)[keyof typeof Role];

/** BEGIN_REQUEST flag: leave the connection open after the answer (specification 5.1). All other bits are ignored. */
export const KEEP_CONN = 1;

/** How the application took the request, at protocol level (specification 5.5). Only the first means work was done. */
export const ProtocolStatus = {
  REQUEST_COMPLETE: 0,
  CANT_MPX_CONN: 1,
  OVERLOADED: 2,
  UNKNOWN_ROLE: 3,
} as const;

/** A protocol status this specification knows. On the wire any byte may come. */
export type ProtocolStatus = (typeof ProtocolStatus)[keyof typeof ProtocolStatus];

/** The names a web server may ask for with GET_VALUES (specification 4.1). */
export const ValueName = {
  MAX_CONNS: 'FCGI_MAX_CONNS',
  MAX_REQS: 'FCGI_MAX_REQS',
  MPXS_CONNS: 'FCGI_MPXS_CONNS',
} as const;
