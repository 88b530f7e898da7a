// Entry point `@sluice/fastcgi/codec`: records and pairs, for those who bring their own connection handling.
export {
  ALIGNMENT,
  CONTENT_LENGTH_MAX,
  FIXED_BODY_LENGTH,
  HEADER_LENGTH,
  KEEP_CONN,
  MANAGEMENT_ID,
  PARAMS_CONTENT_MAX,
  ProtocolStatus,
  RecordType,
  Role,
  STREAM_CONTENT_MAX,
  ValueName,
  VERSION,
  type StreamType,
} from './constants.ts';
export {
  buildCgiHead,
  CgiHeadParser,
  isBodyless,
  parseCgiHead,
  type CgiHead,
  type HeadAndBody,
  type HeaderPair,
  type HeadLimits,
} from './cgi-head.ts';
export { encodeGetValues } from './client-values.ts';
export {
  ERROR_CODES,
  FastCgiError,
  type ErrorFault,
  type ErrorScope,
  type FastCgiErrorCode,
  type FastCgiErrorDetails,
} from './errors.ts';
export { DEFAULT_LIMITS, type FastCgiLimits } from './limits.ts';
export { answerGetValues, encodeUnknownType, type ManagementValues } from './management.ts';
export { Params, type ByteRange } from './params.ts';
export { ParamsCollector } from './params-collector.ts';
export { encodeBlockParams } from './params-block.ts';
export { encodePairs, encodeParams, type ParamPair } from './params-encoder.ts';
export { RecordDecoder, type RecordHeader, type RecordSink } from './record-decoder.ts';
export {
  encodeAbortRequest,
  encodeBeginRequest,
  encodeEndRequest,
  encodeRecord,
  encodeStream,
  encodeStreamEnd,
  paddingFor,
} from './record-encoder.ts';
