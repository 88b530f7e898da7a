// The gateway as a library: load a configuration, start it, stop it.

export { startGateway, type Gateway, type GatewayOptions } from './compose/gateway.ts';
export { ConfigError, loadConfig, type GatewayConfig } from './config/index.ts';
export { Exchange, exchangeDone, type Outcome } from './exchange/exchange.ts';
export { FAILURES, GatewayError, type FailureCode } from './exchange/errors.ts';
export { ListenError, type Listener } from './listen/index.ts';
export { createLogger, type LogFields, type Logger } from './observe/log.ts';
