// Checks every listener of the configuration without disturbing whoever may be listening there now.
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { formatListenAddress, type ListenConfig } from '../../config/index.ts';
import {
  describeOwner,
  findSocketOwner,
  inspectSocketPath,
  ListenError,
  openListener,
  planSocketFile,
  socketMode,
} from '../../listen/index.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Identity } from './identity.ts';
import type { Report } from './report.ts';
import { findObstacles, readPathParts, type PathPart } from './socket-access.ts';

/** Checks one listener; `user` is who has to be able to connect, null for nobody in particular. */
export async function checkListener(
  listen: ListenConfig,
  user: Identity | null,
  report: Report,
): Promise<void> {
  const { address } = listen;
  const subject = `listen on ${formatListenAddress(address)}`;
  switch (address.kind) {
    case 'tcp':
      return checkTcp(listen, address.port, subject, report);
    case 'unix': {
      const isUsable =
        checkSocketFile(listen, address.path, subject, report) &&
        (await checkUnixPath(address.path, subject, report));
      if (isUsable && user !== null) checkAccess(listen, address.path, user, subject, report);
      return;
    }
    case 'descriptor':
    case 'systemd':
      report.note(subject, 'is handed over when the gateway is started; cannot be checked from here');
  }
}

async function checkTcp(listen: ListenConfig, port: number, subject: string, report: Report): Promise<void> {
  try {
    const listener = await openListener(listen, createServer());
    listener.close();
    report.ok(subject, 'can be opened');
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    if (error.code === 'SLUICE_LISTEN_IN_USE' && isSluice(findSocketOwner({ kind: 'tcp', port })?.command)) {
      report.note(subject, 'is in use by a running gateway');
      return;
    }
    report.problem(exitCodes.listen, subject, reasonOf(error));
  }
}

function checkSocketFile(listen: ListenConfig, path: string, subject: string, report: Report): boolean {
  try {
    planSocketFile(path, listen);
    return true;
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    report.problem(exitCodes.listen, subject, reasonOf(error));
    return false;
  }
}

async function checkUnixPath(path: string, subject: string, report: Report): Promise<boolean> {
  const { state } = await inspectSocketPath(path);
  switch (state) {
    case 'live': {
      const owner = findSocketOwner({ kind: 'unix', path });
      if (isSluice(owner?.command)) report.note(subject, 'is in use by a running gateway');
      else report.problem(exitCodes.listen, subject, `${describeOwner(owner)} listens there`);
      return true;
    }
    case 'not-a-socket':
      report.problem(exitCodes.listen, subject, 'there is a file that is not a socket');
      return false;
    case 'closed-to-us':
      report.problem(exitCodes.listen, subject, 'there is a socket that this user may not connect to');
      return true;
    case 'free':
    case 'stale':
      return checkDirectory(dirname(path), state === 'stale', subject, report);
  }
}

function checkDirectory(directory: string, isReplaced: boolean, subject: string, report: Report): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = isMissing ? 'does not exist; create it' : 'is not writable for this user';
    report.problem(exitCodes.listen, subject, `the directory ${directory} ${reason}`);
    return !isMissing;
  }
  report.ok(
    subject,
    isReplaced ? 'can be opened; a socket that nobody uses will be replaced' : 'can be opened',
  );
  return true;
}

function checkAccess(
  listen: ListenConfig,
  path: string,
  user: Identity,
  subject: string,
  report: Report,
): void {
  const present = readPathParts(path);
  const isThere = present.at(-1)?.kind === 'socket';
  const parts = isThere ? present : [...present, socketToBe(listen, path)];
  const obstacles = findObstacles(parts, user);
  for (const obstacle of obstacles) report.problem(exitCodes.listen, subject, obstacle);
  if (obstacles.length === 0) report.ok(subject, `user ${user.name} can connect`);
}

// What the gateway would make of it, if it is started by the user who checks.
function socketToBe(listen: ListenConfig, path: string): PathPart {
  const { uid, gid } = planSocketFile(path, listen);
  return {
    path,
    mode: socketMode(listen),
    uid: uid ?? process.geteuid?.() ?? 0,
    gid: gid ?? process.getegid?.() ?? 0,
    kind: 'socket',
  };
}

function isSluice(command: string | undefined): boolean {
  return command !== undefined && /\bsluice(\.js)? serve\b/.test(command);
}

function reasonOf({ message, address }: ListenError): string {
  return message.replace(`cannot listen on ${address}: `, '');
}
