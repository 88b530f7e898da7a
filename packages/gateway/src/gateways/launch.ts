// Starts the process of a gateway that is one of several.

import { fork, type StdioOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Member, type MemberEvents } from './member.ts';
import type { StartMessage } from './messages.ts';

/** What it is started with; the numbers of its own descriptors are found here. */
export interface LaunchParts extends Omit<StartMessage, 'kind' | 'descriptors' | 'logDescriptor'> {
  /** How many gateways there are; for whoever looks at the list of processes. */
  readonly count: number;
  /** Open sockets of this process, one for each listener. */
  readonly sockets: readonly number[];
  /** The open log file of this process, if there is one. */
  readonly logFile: number | null;
}

/** Beside this file, also in the bundle of the command. */
const PROGRAM = fileURLToPath(new URL('./gateway-process.js', import.meta.url));
/** Standard input, output, error, and the channel. */
const FIRST_DESCRIPTOR = 4;

/**
 * Starts one. It has the sockets under numbers of its own, and is in a session of its own, so that a terminal signals
 * only the process that it has started.
 */
export function launchGateway(parts: LaunchParts, events: MemberEvents): Member {
  const { count, sockets, logFile, ...start } = parts;
  const inherited = [...sockets, ...(logFile === null ? [] : [logFile])];
  const stdio: StdioOptions = ['ignore', 'inherit', 'inherit', 'ipc', ...inherited];
  const child = fork(PROGRAM, [`${parts.number}/${count}`], {
    stdio,
    serialization: 'advanced',
    detached: true,
  });
  return new Member(
    child,
    {
      kind: 'start',
      ...start,
      descriptors: sockets.map((_, index) => FIRST_DESCRIPTOR + index),
      logDescriptor: logFile === null ? null : FIRST_DESCRIPTOR + sockets.length,
    },
    events,
  );
}
