// Entry point `@sluice/fastcgi`: everything public, by name.
export * from './codec.ts';
export { ServerConnection, type ServerOptions } from './server-connection.ts';
export type { ServerHandler } from './server-handler.ts';
export { ONE_WRITE_MAX, type Refusal, type ServerRequest } from './server-request.ts';
export type { Transport } from './transport.ts';
