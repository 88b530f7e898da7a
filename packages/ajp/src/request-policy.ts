// What a well-formed request must still pass before it is run: secret, allowed attributes, body framing.
import { timingSafeEqual } from 'node:crypto';
import { AjpError } from './errors.ts';
import type { ForwardRequest } from './forward-request.ts';
import { parseContentLength } from './header-list.ts';

/** How a request's body is framed, found from its headers alone. */
export interface BodyPlan {
  /** Bytes announced by content-length, null if it is absent: then the body ends with an empty packet. */
  readonly contentLength: number | null;
  /** False if there is none, or if asking for one makes no sense (GET and HEAD without transfer-encoding). */
  readonly expected: boolean;
}

/** Names a front may set without permission: mod_jk's, mod_proxy_ajp's, the servlet API's TLS ones and IIS's. */
const KNOWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  'AJP_REMOTE_PORT',
  'AJP_LOCAL_ADDR',
  'AJP_SSL_PROTOCOL',
  'JK_LB_ACTIVATION',
  'javax.servlet.request.cipher_suite',
  'javax.servlet.request.key_size',
  'javax.servlet.request.ssl_session',
  'javax.servlet.request.X509Certificate',
  'CERT_ISSUER',
  'CERT_SUBJECT',
  'CERT_COOKIE',
  'HTTPS_SERVER_SUBJECT',
  'CERT_FLAGS',
  'HTTPS_SECRETKEYSIZE',
  'CERT_SERIALNUMBER',
  'HTTPS_SERVER_ISSUER',
  'HTTPS_KEYSIZE',
]);

/** The attribute names to let through beside the known ones: a list, or a pattern the whole name must match. */
export type AllowedAttributes = readonly string[] | RegExp;

/** Decides whether a request attribute may pass. */
export type AttributeRule = (name: string) => boolean;

/** Builds the rule: the names every front sends, plus those allowed. */
export function attributeRule(allowed: AllowedAttributes = []): AttributeRule {
  if (allowed instanceof RegExp) {
    const whole = new RegExp(`^(?:${allowed.source})$`, allowed.flags.replace(/[gy]/g, ''));
    return (name) => KNOWN_ATTRIBUTES.has(name) || whole.test(name);
  }
  const names = new Set(allowed);
  return (name) => KNOWN_ATTRIBUTES.has(name) || names.has(name);
}

/**
 * Refuses attributes nobody allowed: AJP_FORBIDDEN_ATTRIBUTE. Whoever reaches the port can set any name, and
 * containers once took `javax.servlet.include.*` for their own (Ghostcat, CVE-2020-1938).
 */
export function checkAttributes(request: ForwardRequest, isAllowed: AttributeRule): void {
  for (const [name] of request.attributes) {
    if (!isAllowed(name)) {
      throw new AjpError(
        'AJP_FORBIDDEN_ATTRIBUTE',
        `request attribute ${JSON.stringify(name)} is not allowed`,
      );
    }
  }
}

/** Refuses a request without the right secret: AJP_WRONG_SECRET. Takes the same time wherever they differ. */
export function checkSecret(request: ForwardRequest, secret: Buffer): void {
  const sent = Buffer.from(request.secret ?? '', 'latin1');
  const sameLength = Buffer.alloc(secret.length);
  sent.copy(sameLength);
  const sameBytes = timingSafeEqual(sameLength, secret);
  if (!sameBytes || sent.length !== secret.length) {
    throw new AjpError('AJP_WRONG_SECRET', request.secret === null ? 'no secret sent' : 'wrong secret');
  }
}

/**
 * Forgets what only a trusted front may say: who the user is and what TLS proved. In place.
 */
export function distrust(request: ForwardRequest): void {
  request.remoteUser = null;
  request.authType = null;
  request.sslCertificate = null;
  request.sslCipher = null;
  request.sslSession = null;
  request.sslKeySize = null;
}

/**
 * Finds how the body is framed. A doubt here lets a body packet pass for a request later (CVE-2022-26377), so a
 * content-length that is repeated, not a number or beside a transfer-encoding is AJP_BAD_BODY_FRAMING, and one over
 * `lengthMax` bytes AJP_CONTENT_LENGTH_TOO_LARGE. Coded and spelled names count alike.
 */
export function planBody(request: ForwardRequest, lengthMax: number): BodyPlan {
  let contentLength: number | null = null;
  let transferEncoding: string | null = null;
  for (const [name, value] of request.headers) {
    if (name === 'content-length') {
      if (contentLength !== null) throw badFraming('content-length twice');
      contentLength = parseContentLength(value);
      if (contentLength === null) throw badFraming('content-length is not a number');
    } else if (name === 'transfer-encoding') {
      if (transferEncoding !== null) throw badFraming('transfer-encoding twice');
      transferEncoding = value;
    }
  }
  if (transferEncoding !== null) {
    if (contentLength !== null) throw badFraming('content-length beside transfer-encoding');
    if (transferEncoding.trim().toLowerCase() !== 'chunked')
      throw badFraming('transfer-encoding is not chunked');
  }
  if (contentLength !== null && contentLength > lengthMax) {
    throw new AjpError('AJP_CONTENT_LENGTH_TOO_LARGE', `content-length over the limit of ${lengthMax} bytes`);
  }
  const bodyless = contentLength === null && transferEncoding === null && isBodyless(request.method);
  return { contentLength, expected: contentLength !== 0 && !bodyless };
}

function isBodyless(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function badFraming(what: string): AjpError {
  return new AjpError('AJP_BAD_BODY_FRAMING', what);
}
