// What a request is made of, and the variables that every application expects.
import { Role } from '../constants.ts';
import { FastCgiError } from '../errors.ts';
import type { Agent } from './agent.ts';

/** A request to a FastCGI application. Either `port` or `socketPath` says where it is. */
export interface RequestOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port?: number;
  /** A Unix socket, instead of host and port. */
  readonly socketPath?: string;
  /** The variables. Text is sent as latin-1; give bytes for anything else. {@link DEFAULT_PARAMS} fills in what is missing. */
  readonly params?: Readonly<Record<string, string | Uint8Array>>;
  /** Default Responder. */
  readonly role?: Role;
  /**
   * The whole body. It leaves with the request in one write, CONTENT_LENGTH is set, and the request can be repeated when a
   * kept connection turns out to be closed. Otherwise write to the request and end it.
   */
  readonly body?: string | Uint8Array;
  /** Where connections come from; default one shared agent. False: a connection of its own, closed afterwards. */
  readonly agent?: Agent | false;
  /** Fail with FCGI_TIMEOUT when nothing of a response came for this long, in milliseconds. Default 0, never. */
  readonly timeoutMs?: number;
  /** Gives the request up when it aborts. */
  readonly signal?: AbortSignal;
}

/** What an application may rely on (RFC 3875 section 4.1); sent unless the caller says otherwise. */
export const DEFAULT_PARAMS: Readonly<Record<string, string>> = {
  GATEWAY_INTERFACE: 'CGI/1.1',
  REQUEST_METHOD: 'GET',
  QUERY_STRING: '',
  SERVER_PROTOCOL: 'HTTP/1.1',
  SERVER_NAME: 'localhost',
  SERVER_PORT: '80',
};

/** Variables a web server leaves out for an Authorizer (specification 6.3). */
const NOT_FOR_AUTHORIZER: ReadonlySet<string> = new Set([
  'CONTENT_LENGTH',
  'PATH_INFO',
  'PATH_TRANSLATED',
  'SCRIPT_NAME',
]);

/** The variables of a request in full. Throws FCGI_PARAM_INVALID for what is neither text nor bytes. */
export function paramsOf(options: RequestOptions): [string, string | Uint8Array][] {
  const params: Record<string, string | Uint8Array> = { ...DEFAULT_PARAMS };
  if (options.body !== undefined) params['CONTENT_LENGTH'] = String(Buffer.byteLength(options.body));
  const pairs = Object.entries({ ...params, ...options.params });
  for (const [name, value] of pairs) {
    if (typeof value === 'string' || value instanceof Uint8Array) continue;
    throw new FastCgiError('FCGI_PARAM_INVALID', `${name} is ${describe(value)}; give text or bytes`);
  }
  return options.role === Role.AUTHORIZER ? pairs.filter(([name]) => !NOT_FOR_AUTHORIZER.has(name)) : pairs;
}

// Nothing of it where it may be a secret.
function describe(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

/** Where to connect. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** The address of a request. Throws FCGI_OPTION_INVALID without one. */
export function addressOf(options: RequestOptions): Address {
  if (options.socketPath !== undefined) return { path: options.socketPath };
  if (options.port !== undefined) return { host: options.host ?? '127.0.0.1', port: options.port };
  throw new FastCgiError('FCGI_OPTION_INVALID', 'neither port nor socketPath');
}
