// The entry of the command `sluice`. The only file that reads argv and the environment of the process.
import { availableParallelism } from 'node:os';
import { workerPackage } from '../compose/worker-package.ts';
import type { GatewayConfig } from '../config/index.ts';
import { activationVariables, readActivation } from '../listen/index.ts';
import type { CliContext, StartGateway } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { runCli } from './program.ts';

/** Runs the command line of this process and ends it. */
export async function main(): Promise<void> {
  // Whoever reads the log may go away; that is no reason to stop serving.
  process.stderr.on('error', () => {});
  process.stdout.on('error', () => {});
  process.exit(await runCli(process.argv.slice(2), processContext()).catch(tellInternalError));
}

function processContext(): CliContext {
  const activation = readActivation(process.env, process.pid);
  // The sockets are for this process; a child that believed it had them would take some other descriptor for one.
  for (const name of activationVariables) delete process.env[name];
  return {
    environment: { ...process.env },
    directory: process.cwd(),
    coresCount: availableParallelism(),
    // Opened when somebody reads it: a gateway leaves it alone.
    stdin: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() },
    stdout: process.stdout,
    stderr: process.stderr,
    signals: process,
    activation,
    loadGateway,
    startGateway: async (config, parts) => (await loadGateway(config))(config, parts),
    command: [process.execPath, ...process.execArgv, ...process.argv.slice(1, 2)],
    pythonPackage: workerPackage,
  };
}

/** Only `sluice serve` needs it. */
async function loadGateway({ app }: GatewayConfig): Promise<StartGateway> {
  if (app.gatewaysCount === 1) return (await import('../compose/gateway.ts')).startGateway;
  return (await import('../gateways/gateways.ts')).startGateways;
}

function tellInternalError(error: unknown): number {
  process.stderr.write(
    `sluice: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return exitCodes.internal;
}
