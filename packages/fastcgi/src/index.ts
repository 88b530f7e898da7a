// Entry point `@sluice/fastcgi`: everything public, by name. The codec is also an entry point of its own.
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
  DEFAULT_LIMITS,
  ERROR_CODES,
  FastCgiError,
  Params,
  ParamsCollector,
  RecordDecoder,
  answerGetValues,
  buildCgiHead,
  CgiHeadParser,
  encodeAbortRequest,
  encodeBeginRequest,
  encodeBlockParams,
  encodeEndRequest,
  encodeGetValues,
  encodePairs,
  encodeParams,
  encodeRecord,
  encodeStream,
  encodeStreamEnd,
  encodeUnknownType,
  isBodyless,
  paddingFor,
  parseCgiHead,
  type ByteRange,
  type CgiHead,
  type ErrorFault,
  type ErrorScope,
  type FastCgiErrorCode,
  type FastCgiErrorDetails,
  type FastCgiLimits,
  type HeadAndBody,
  type HeaderPair,
  type HeadLimits,
  type ManagementValues,
  type ParamPair,
  type RecordHeader,
  type RecordSink,
  type StreamType,
} from './codec.ts';
export { ClientConnection, type ClientOptions, type RequestStart } from './client-connection.ts';
export type { ClientHandler, PeerValues, RequestEnd } from './client-handler.ts';
export type { ClientRequest } from './client-request.ts';
export type { RequestParams } from './request-start.ts';
export { ServerConnection, type ServerOptions } from './server-connection.ts';
export type { ServerHandler } from './server-handler.ts';
export { ONE_WRITE_MAX, type Refusal, type ServerRequest } from './server-request.ts';
export type { Transport } from './transport.ts';
export { Agent, type AgentOptions } from './node/agent.ts';
export type { HeaderInput } from './node/header-map.ts';
export type { IncomingRequest } from './node/incoming-request.ts';
export type { IncomingHeaders, IncomingResponse } from './node/incoming-response.ts';
export type { InputStream } from './node/input-stream.ts';
export type { OutgoingRequest } from './node/outgoing-request.ts';
export { isAllowedPeer, parseWebServerAddresses } from './node/peer-addresses.ts';
export { globalAgent, request } from './node/request.ts';
export { DEFAULT_PARAMS, type RequestOptions } from './node/request-options.ts';
export {
  createServer,
  isFastCgiProcess,
  LISTENSOCK_FILENO,
  type CloseOptions,
  type FastCgiServer,
  type FastCgiServerOptions,
} from './node/server.ts';
export type { RequestListener } from './node/server-exchanges.ts';
export type { ServerResponse } from './node/server-response.ts';
export { SocketTransport, type SocketConnection } from './node/socket-transport.ts';
