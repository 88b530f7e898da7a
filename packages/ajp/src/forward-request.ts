// The FORWARD_REQUEST payload: its shape, and reading one. Writing is in forward-request-encoder.ts.
import { Attribute, CODED_NAME_MARK, METHODS, METHOD_IS_STORED, REQUEST_HEADERS } from './coded-names.ts';
import { DEFAULT_LIMITS, type AjpLimits } from './limits.ts';
import { AjpError } from './errors.ts';
import { PayloadReader } from './primitives.ts';
import { isToken, type HeaderPair } from './header-list.ts';

/** A request attribute (code 0A): a name chosen by the front and a value that may be null. */
export type AttributePair = readonly [name: string, value: string | null];

/** The fields of a FORWARD_REQUEST. Text is latin-1: one character per byte on the wire. */
export interface ForwardRequest {
  /** The HTTP method, decoded from its code or from stored_method. */
  method: string;
  /** "HTTP/1.1" or whatever the front spoke with its client. */
  protocol: string;
  /** Path without query, percent-encoded (lighttpd sends it decoded). May be absolute on proxy requests. */
  uri: string;
  /** Client's address as text, "" if the front sent none. */
  remoteAddress: string;
  /** Client's name, or its address again, or null. */
  remoteHost: string | null;
  serverName: string;
  serverPort: number;
  /** True if the client reached the front over TLS. */
  secure: boolean;
  /** In the order of the wire, repeats kept, names lower-case; a null value on the wire is "". */
  headers: readonly HeaderPair[];
  context: string | null;
  servletPath: string | null;
  /** Whom the front authenticated. As trustworthy as the front. */
  remoteUser: string | null;
  authType: string | null;
  /** Without "?"; "" for a bare "?", null if there was none. */
  queryString: string | null;
  /** mod_jk's and mod_proxy_balancer's route of the session. */
  route: string | null;
  /** PEM text, a chain if the front sends one. */
  sslCertificate: string | null;
  sslCipher: string | null;
  sslSession: string | null;
  /** Bits. */
  sslKeySize: number | null;
  /** The shared secret. `ServerConnection` clears it once it has been compared. */
  secret: string | null;
  /** Request attributes in the order of the wire. Anybody who reaches the port can set any name. */
  attributes: readonly AttributePair[];
}

/** What `decodeForwardRequest` needs to know. */
export interface DecodeOptions {
  /**
   * True (the default) refuses strings without NUL after them and bytes after the end mark, which no known front
   * sends. False skips both, as containers do.
   */
  readonly strict?: boolean;
  /** Ceilings on counts; the defaults of `AjpLimits`. */
  readonly limits?: Pick<AjpLimits, 'headerCountMax' | 'attributeCountMax'>;
}

/**
 * Reads a FORWARD_REQUEST payload, type byte included. Nothing in the result aliases the payload.
 * Throws AJP_MALFORMED_REQUEST or AJP_TOO_MANY_HEADERS. Policy (secret, allowed attributes, content-length) is
 * not applied here.
 */
export function decodeForwardRequest(payload: Buffer, options: DecodeOptions = {}): ForwardRequest {
  const { strict = true, limits = DEFAULT_LIMITS } = options;
  const reader = new PayloadReader(payload, 'AJP_MALFORMED_REQUEST', strict);
  reader.byte();
  const methodCode = reader.byte();
  const codedMethod = METHODS.nameOf(methodCode);
  if (codedMethod === undefined && methodCode !== METHOD_IS_STORED) {
    throw reader.malformed(`method code ${methodCode}`);
  }
  const request: ForwardRequest = {
    method: codedMethod ?? '',
    protocol: reader.string() ?? '',
    uri: reader.string() ?? '',
    remoteAddress: reader.string() ?? '',
    remoteHost: reader.string(),
    serverName: reader.string() ?? '',
    serverPort: reader.integer(),
    secure: reader.boolean(),
    headers: readHeaders(reader, limits.headerCountMax),
    context: null,
    servletPath: null,
    remoteUser: null,
    authType: null,
    queryString: null,
    route: null,
    sslCertificate: null,
    sslCipher: null,
    sslSession: null,
    sslKeySize: null,
    secret: null,
    attributes: NO_ATTRIBUTES,
  };
  readAttributes(reader, request, limits.attributeCountMax);
  if (strict && reader.remaining > 0) throw reader.malformed('bytes after the end of the attributes');
  if (request.method === '') throw reader.malformed('method FF without stored_method');
  if (!isToken(request.method)) throw reader.malformed('stored_method is not a token');
  if (request.uri === '') throw reader.malformed('request without a URI');
  return request;
}

const NO_ATTRIBUTES: readonly AttributePair[] = [];

function readHeaders(reader: PayloadReader, countMax: number): HeaderPair[] {
  const count = reader.integer();
  if (count > countMax) {
    throw new AjpError('AJP_TOO_MANY_HEADERS', `${count} headers, at most ${countMax} allowed`);
  }
  const headers: HeaderPair[] = [];
  for (let index = 0; index < count; index++) {
    headers.push([readHeaderName(reader), reader.string() ?? '']);
  }
  return headers;
}

// Only the first byte tells a code from a length: spelled names of 7 and 8 bytes are not codes 7 and 8.
function readHeaderName(reader: PayloadReader): string {
  if (reader.peekByte() === CODED_NAME_MARK) {
    const code = reader.integer() & 0xff;
    const name = REQUEST_HEADERS.nameOf(code);
    if (name === undefined) throw reader.malformed(`header code ${code}`);
    return name;
  }
  const name = reader.string();
  if (name === null || !isToken(name)) throw reader.malformed('header name is null, empty or not a token');
  return name.toLowerCase();
}

function readAttributes(reader: PayloadReader, request: ForwardRequest, countMax: number): void {
  const attributes: AttributePair[] = [];
  let seen = 0;
  for (;;) {
    const code = reader.byte();
    if (code === Attribute.END) break;
    if (code === Attribute.REQUEST_ATTRIBUTE) {
      if (attributes.length === countMax) {
        throw new AjpError('AJP_TOO_MANY_HEADERS', `more than ${countMax} request attributes`);
      }
      const name = reader.string();
      if (name === null || name === '') throw reader.malformed('request attribute without a name');
      // mod_jk passes certificates, which are lines, as named attributes too (JkEnvVar).
      attributes.push([name, reader.text()]);
      continue;
    }
    // Two secrets or two stored methods leave open which one counts; no front repeats any of them.
    if (code < 32 && (seen & (1 << code)) !== 0) throw reader.malformed(`attribute ${code} twice`);
    seen |= 1 << code;
    readAttribute(reader, request, code);
  }
  if (attributes.length > 0) request.attributes = attributes;
}

function readAttribute(reader: PayloadReader, request: ForwardRequest, code: number): void {
  switch (code) {
    case Attribute.CONTEXT:
      request.context = reader.string();
      break;
    case Attribute.SERVLET_PATH:
      request.servletPath = reader.string();
      break;
    case Attribute.REMOTE_USER:
      request.remoteUser = reader.string();
      break;
    case Attribute.AUTH_TYPE:
      request.authType = reader.string();
      break;
    case Attribute.QUERY_STRING:
      request.queryString = reader.string();
      break;
    case Attribute.ROUTE:
      request.route = reader.string();
      break;
    case Attribute.SSL_CERTIFICATE:
      // PEM is lines: the one attribute in which CR and LF belong.
      request.sslCertificate = reader.text();
      break;
    case Attribute.SSL_CIPHER:
      request.sslCipher = reader.string();
      break;
    case Attribute.SSL_SESSION:
      request.sslSession = reader.string();
      break;
    case Attribute.SSL_KEY_SIZE:
      request.sslKeySize = reader.integer();
      break;
    case Attribute.SECRET:
      request.secret = reader.string();
      break;
    case Attribute.STORED_METHOD:
      // Tomcat takes it whatever the method byte says; with both present the name wins.
      request.method = reader.string() ?? request.method;
      break;
    default:
      // The syntax of its value is unknown, so everything after it would be a guess.
      throw reader.malformed(`attribute code ${code}`);
  }
}
