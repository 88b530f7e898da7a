// flup, the gateway that Python applications had before: the application of the behaviour table on its servers.
import { fileURLToPath } from 'node:url';
import { APPS } from '../gateway.ts';
import { canImport } from '../python.ts';
import { launch, type WebServer } from './web-server.ts';
import type { Part } from '../require.ts';
import type { TestBed } from '../bed.ts';

/** What it speaks. */
export type FlupProtocol = 'fastcgi' | 'ajp' | 'scgi';

/** The interpreter that has flup: where `npm test` puts it. */
export const PEERS_PYTHON: string = fileURLToPath(
  new URL('../../../.cache/peers/bin/python', import.meta.url),
);
const LAUNCHER = fileURLToPath(new URL('../../launchers/flup_server.py', import.meta.url));

/** What has to be installed. */
export const flupParts: readonly Part[] = [{ name: 'flup', isPresent: canImport(PEERS_PYTHON, 'flup') }];

/** Starts it and waits until it accepts connections. */
export function startFlup(bed: TestBed, protocol: FlupProtocol, port: number): Promise<WebServer> {
  return launch(bed, {
    name: 'flup',
    // The interpreter is in no directory for programs.
    command: 'env',
    args: [PEERS_PYTHON, LAUNCHER, protocol, String(port), APPS],
    listensOn: port,
    // Over AJP it logs every request, and tracebacks over several lines.
    expectedLog: [/Exception caught (?:from handler|in Connection)/, /BrokenPipeError|ConnectionResetError/],
    isComplaint: (line) => /^\w*(?:Error|Exception)\b|Exception caught/.test(line),
  });
}
