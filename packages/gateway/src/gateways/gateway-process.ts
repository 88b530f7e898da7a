// The entry of a gateway that is one of several. It serves on sockets that it has inherited, does what the process that
// has started it says, and ends with that.

import type { Socket } from 'node:net';
import { startGateway } from '../compose/gateway.ts';
import { openLogFile } from '../observe/log-file.ts';
import { createLogger, type Logger } from '../observe/log.ts';
import type { Handle } from '../sockets/native.ts';
import { GatewayServant } from './servant.ts';
import type { FromGateway, StartMessage, ToGateway } from './messages.ts';

// Service managers and terminals signal every process of a service. What is to be done is said by the one that was started.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
// Whoever reads the log may go away; that is no reason to stop serving.
process.stderr.on('error', () => {});

process.once('message', (message: ToGateway) => {
  if (message.kind === 'start') serve(message);
});

function serve(start: StartMessage): void {
  const servant = new GatewayServant(start, loggerOf(start), {
    startGateway,
    tell: (message: FromGateway, handle?: Handle) =>
      new Promise((resolve) => process.send?.(message, handle as unknown as Socket, {}, () => resolve())),
    end: (code) => process.exit(code),
  });
  process.on('message', (message: ToGateway, handle) => servant.hear(message, handle as Handle | undefined));
  process.once('disconnect', () => servant.orphaned());
}

function loggerOf({ config: { log }, number, logDescriptor }: StartMessage): Logger {
  const file = log.file === null ? null : openLogFile(log.file, undefined, logDescriptor);
  return createLogger(log, file ?? process.stderr).child({ gateway: number });
}
