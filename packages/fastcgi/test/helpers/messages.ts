// Whole requests and answers, for tests that are about something else.
import {
  encodeBeginRequest,
  encodeEndRequest,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  RecordType,
  Role,
  type ParamPair,
} from '../../src/index.ts';

/** BEGIN_REQUEST and all PARAMS. */
export function head(
  id: number,
  options: { keep?: boolean; role?: Role; params?: ParamPair[] } = {},
): Buffer {
  const { keep = true, role = Role.RESPONDER, params = [['REQUEST_METHOD', 'GET']] } = options;
  return Buffer.concat([encodeBeginRequest(id, role, keep), encodeParams(id, params)]);
}

export function stdin(id: number, content: string | Buffer): Buffer {
  return encodeStream(RecordType.STDIN, id, Buffer.from(content));
}

export function stdinEnd(id: number): Buffer {
  return encodeStreamEnd(RecordType.STDIN, id);
}

export function stdout(id: number, content: string | Buffer): Buffer {
  return encodeStream(RecordType.STDOUT, id, Buffer.from(content));
}

/** A whole request without a body. */
export function get(id: number, keep = true): Buffer {
  return Buffer.concat([head(id, { keep }), stdinEnd(id)]);
}

/** A whole answer. */
export function answer(id: number, body: string): Buffer {
  return Buffer.concat([stdout(id, `Content-Type: text/plain\r\n\r\n${body}`), encodeEndRequest(id, 0, 0)]);
}
