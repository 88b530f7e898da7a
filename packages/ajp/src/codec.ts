// Entry point "@sluice/ajp/codec": bytes to messages and back, without connections or sockets.
export {
  BODY_END,
  decodeBodyPacket,
  detectBodyFraming,
  encodeBodyPacket,
  type BodyFraming,
} from './body-packets.ts';
export { Attribute, METHODS, NameTable, REQUEST_HEADERS, RESPONSE_HEADERS } from './coded-names.ts';
export {
  Magic,
  PACKET_HEADER_BYTES,
  PACKET_SIZE_DEFAULT,
  PACKET_SIZE_MAX,
  ToContainer,
  ToWebServer,
  type Direction,
} from './constants.ts';
export { AJP_ERRORS, AjpError, type AjpErrorCode, type AjpErrorOptions, type ErrorFacts } from './errors.ts';
export {
  decodeForwardRequest,
  type AttributePair,
  type DecodeOptions,
  type ForwardRequest,
} from './forward-request.ts';
export { encodeForwardRequest, type ForwardRequestInit } from './forward-request-encoder.ts';
export { isToken, toHeaderList, type HeaderPair, type HeaderSource } from './header-list.ts';
export { DEFAULT_LIMITS, resolveLimits, type AjpLimits } from './limits.ts';
export { PacketDecoder } from './packet-decoder.ts';
export { encodeResponseHead, type ResponseHead } from './response-head.ts';
export {
  END_CLOSE,
  END_REUSE,
  FLUSH,
  PING,
  PONG,
  decodeResponseMessage,
  encodeBodyChunks,
  encodeBodyWanted,
  type ResponseMessage,
} from './response-messages.ts';
