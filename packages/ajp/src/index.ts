// Entry point "@sluice/ajp": the sans-I/O connections of both sides, and the adapters that put them on sockets.
export type { BodyFraming } from './body-packets.ts';
export { ClientConnection, type ClientConnectionOptions } from './client-connection.ts';
export { ClientRequest } from './client-request.ts';
export { AJP_ERRORS, AjpError, type AjpErrorCode, type AjpErrorOptions, type ErrorFacts } from './errors.ts';
export type { ForwardRequestInit } from './forward-request-encoder.ts';
export type { AttributePair, ForwardRequest } from './forward-request.ts';
export type { ClientHandler } from './client-handler.ts';
export type { ServerHandler } from './server-handler.ts';
export type { Transport } from './transport.ts';
export type { HeaderPair, HeaderSource } from './header-list.ts';
export { DEFAULT_LIMITS, type AjpLimits } from './limits.ts';
export { Agent, globalAgent, type Acquired, type AgentOptions } from './node/agent.ts';
export type { HeadersInit, HeaderValue } from './node/header-map.ts';
export { IncomingRequest } from './node/incoming-request.ts';
export { IncomingResponse } from './node/incoming-response.ts';
export { OutgoingRequest } from './node/outgoing-request.ts';
export { ServerResponse } from './node/server-response.ts';
export { PooledConnection, type ContainerAddress } from './node/pooled-connection.ts';
export { request, type RequestOptions } from './node/request.ts';
export {
  AjpServer,
  createServer,
  type CloseOptions,
  type ListenOptions,
  type RequestListener,
  type ServerOptions,
} from './node/server.ts';
export { SocketTransport, type SocketConnection } from './node/socket-transport.ts';
export { DEFAULT_TIMEOUTS, type ServerTimeouts } from './node/stall-watch.ts';
export type { AllowedAttributes } from './request-policy.ts';
export type { ResponseHead } from './response-head.ts';
export { ServerConnection, type ServerConnectionOptions } from './server-connection.ts';
export { ServerRequest } from './server-request.ts';
