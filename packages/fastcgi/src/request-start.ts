// The first bytes of a request: BEGIN_REQUEST, all PARAMS, and STDIN when it is known whole.
import { HEADER_LENGTH, RecordType, type Role } from './constants.ts';
import { encodeBlockParams } from './params-block.ts';
import { encodeParams, type ParamPair } from './params-encoder.ts';
import {
  FIXED_RECORD_LENGTH,
  streamLength,
  writeBeginRequest,
  writeStream,
  writeStreamEnd,
} from './record-encoder.ts';

/**
 * The variables of a request: pairs, or a block of `name NUL value NUL ...` as `Params.toBlock` makes it.
 */
export type RequestParams = Iterable<ParamPair> | Buffer;

/**
 * Encodes everything of a request that is known before its answer, as one buffer. Without `stdin` the stream is left
 * open. Throws as `encodeParams` does.
 */
export function encodeRequestStart(
  requestId: number,
  role: Role,
  keepConnection: boolean,
  params: RequestParams,
  stdin: readonly Uint8Array[] | undefined,
): Buffer {
  const variables = Buffer.isBuffer(params)
    ? encodeBlockParams(requestId, params)
    : encodeParams(requestId, params);
  let stdinLength = 0;
  for (const part of stdin ?? []) stdinLength += part.length;
  const inputLength = stdin === undefined ? 0 : streamLength(stdinLength) + HEADER_LENGTH;
  const records = Buffer.allocUnsafe(FIXED_RECORD_LENGTH + variables.length + inputLength);
  let at = writeBeginRequest(records, 0, requestId, role, keepConnection);
  records.set(variables, at);
  at += variables.length;
  if (stdin !== undefined) {
    at = writeStream(records, at, RecordType.STDIN, requestId, stdin, stdinLength);
    writeStreamEnd(records, at, RecordType.STDIN, requestId);
  }
  return records;
}
