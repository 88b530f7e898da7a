// Every ceiling of the package and its default. A limit is checked before memory is taken, never after.
import { FastCgiError } from './errors.ts';

/** Ceilings on what a peer can make this side hold or do. All are per connection or per request, none is per process. */
export interface FastCgiLimits {
  /** Bytes of one request's PARAMS stream. Default 256 KiB; the usual web servers can send 64 KiB at most. */
  readonly paramsBytes: number;
  /** Name-value pairs of one request. Default 1024. */
  readonly paramsPairs: number;
  /** Requests open at the same time on one connection. Default 256; a request above it is answered OVERLOADED. */
  readonly requests: number;
  /**
   * Bytes held on one connection for requests whose reader is paused; above it the whole connection is paused, because
   * FastCGI has no flow control per request. Default 256 KiB. A held piece is charged its length and `HELD_PIECE_COST`.
   */
  readonly heldBytes: number;
  /** Bytes of one GET_VALUES or GET_VALUES_RESULT record. Default 4096; the three known names need 52. */
  readonly managementBytes: number;
  /**
   * Bytes of input thrown away after the answer was sent, so that a web server which writes its whole body first can
   * still read the answer. Above it the connection is closed at once. Default 16 MiB, counted afresh for every request.
   */
  readonly drainBytes: number;
  /** Bytes of the CGI header block of a response. Default 64 KiB. */
  readonly headBytes: number;
  /** Header lines of a response. Default 256. */
  readonly headLines: number;
}

/** The limits in force where nothing else is said. */
export const DEFAULT_LIMITS: FastCgiLimits = {
  paramsBytes: 262_144,
  paramsPairs: 1024,
  requests: 256,
  heldBytes: 262_144,
  managementBytes: 4096,
  drainBytes: 16_777_216,
  headBytes: 65_536,
  headLines: 256,
};

/** What a held piece of input costs besides its bytes, so that a flood of one-byte records is bounded too. */
export const HELD_PIECE_COST = 128;

/** What has been filled in: one object is given to all connections of a server. */
const filledIn = new WeakMap<Partial<FastCgiLimits>, FastCgiLimits>();

/** Fills in the defaults for whatever is not given. The same object gives the same limits again. Throws FCGI_OPTION_INVALID for what is not a number from 0 up. */
export function limitsFrom(given: Partial<FastCgiLimits> | undefined): FastCgiLimits {
  if (given === undefined) return DEFAULT_LIMITS;
  const before = filledIn.get(given);
  if (before !== undefined) return before;
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'number' && value >= 0) continue;
    throw new FastCgiError('FCGI_OPTION_INVALID', `limit ${name} is ${String(value)}`);
  }
  const limits = { ...DEFAULT_LIMITS, ...given };
  filledIn.set(given, limits);
  return limits;
}
