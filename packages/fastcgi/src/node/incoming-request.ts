// A request as a listener sees it: the body is the stream, the variables are on it.
import type { Role } from '../constants.ts';
import { Role as Roles } from '../constants.ts';
import { FastCgiError } from '../errors.ts';
import type { Params } from '../params.ts';
import type { ServerRequest } from '../server-request.ts';
import { InputStream } from './input-stream.ts';

/** A decimal length as CGI writes it; empty, as nginx sends it, means unknown. */
const LENGTH = /^[0-9]{1,15}$/;

/**
 * A request. Reading it reads STDIN. When the web server gives up, it fails with FCGI_ABORTED and `signal` aborts; an
 * error nobody listens for is not thrown.
 */
export class IncomingRequest extends InputStream {
  readonly id: number;
  readonly role: Role;
  /** The variables, as bytes or latin-1 text; see {@link Params}. */
  readonly params: Params;
  /** DATA, the file of a Filter request; comes after the end of STDIN, which must be read or resumed first. */
  readonly data: InputStream | undefined;
  readonly #controller: AbortController = new AbortController();

  /** Made by the server. Throws FCGI_PARAM_INVALID for a CONTENT_LENGTH or FCGI_DATA_LENGTH that is no number. */
  constructor(request: ServerRequest) {
    const { params } = request;
    super(request, request.id, readLength(params, 'CONTENT_LENGTH'), true);
    this.id = request.id;
    this.role = request.role;
    this.params = params;
    this.data =
      request.role === Roles.FILTER
        ? new InputStream(request, request.id, readLength(params, 'FCGI_DATA_LENGTH'), false)
        : undefined;
  }

  /** REQUEST_METHOD, GET when it did not come. */
  get method(): string {
    return this.params.get('REQUEST_METHOD') ?? 'GET';
  }

  /** REQUEST_URI; when it did not come, put together from SCRIPT_NAME, PATH_INFO and QUERY_STRING. */
  get url(): string {
    const uri = this.params.get('REQUEST_URI');
    if (uri !== undefined && uri !== '') return uri;
    const query = this.params.get('QUERY_STRING') ?? '';
    const path = (this.params.get('SCRIPT_NAME') ?? '') + (this.params.get('PATH_INFO') ?? '');
    return query === '' ? path : `${path}?${query}`;
  }

  /** The HTTP headers as variables carry them: lower case, `_` turned into `-`; an object without a prototype. */
  get headers(): Record<string, string> {
    const headers = Object.create(null) as Record<string, string>;
    for (const [name, value] of this.params) {
      if (name.startsWith('HTTP_')) headers[headerName(name.slice('HTTP_'.length))] = value;
      else if ((name === 'CONTENT_TYPE' || name === 'CONTENT_LENGTH') && value !== '')
        headers[headerName(name)] = value;
    }
    return headers;
  }

  /** Aborts when the web server gives the request up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The web server gave the request up; called by the server. */
  receiveAbort(error: FastCgiError): void {
    this.#controller.abort(error);
    this.destroy(error);
    this.data?.destroy(error);
  }
}

function headerName(variable: string): string {
  return variable.toLowerCase().replaceAll('_', '-');
}

function readLength(params: Params, name: string): number | undefined {
  const text = params.get(name);
  if (text === undefined || text === '') return undefined;
  if (!LENGTH.test(text)) throw new FastCgiError('FCGI_PARAM_INVALID', `${name} is not a number`);
  return Number(text);
}
