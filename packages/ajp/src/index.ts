// Entry point "@sluice/ajp".
export { AJP_ERRORS, AjpError, type AjpErrorCode, type AjpErrorOptions, type ErrorFacts } from './errors.ts';
export type { AttributePair, ForwardRequest } from './forward-request.ts';
export type { HeaderPair, HeaderSource } from './header-list.ts';
export type { AjpLimits } from './limits.ts';
export type { BodyFraming } from './body-packets.ts';
export type { AllowedAttributes } from './request-policy.ts';
export type { ServerHandler, Transport } from './handlers.ts';
export { ServerConnection, type ServerConnectionOptions } from './server-connection.ts';
export { ServerRequest } from './server-request.ts';
