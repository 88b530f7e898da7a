// Listening on a socket that somebody else has opened: systemd, spawn-fcgi, mod_fcgid, a supervisor.
import { fstatSync } from 'node:fs';
import { ListenError, systemCode } from './errors.ts';
import { serverListen, unexplained, type ListeningServer } from './server-listen.ts';

/** Listens on the descriptor, which stays open until the server is closed. Throws {@link ListenError}. */
export async function listenOnDescriptor(
  server: ListeningServer,
  fd: number,
  address: string,
  backlogCount: number,
): Promise<void> {
  const refuse = (reason: string, cause?: unknown): ListenError =>
    new ListenError('SLUICE_LISTEN_DESCRIPTOR', address, reason, cause);
  if (!isSocket(fd, refuse)) {
    throw refuse(
      `descriptor ${fd} is not a socket; it has to be a listening one, as spawn-fcgi and systemd hand over`,
    );
  }
  try {
    await serverListen(server, { fd, backlog: backlogCount });
  } catch (error) {
    if (systemCode(error) !== 'EINVAL') throw unexplained(address, error);
    throw refuse('it is a socket, but not one that can accept connections', error);
  }
}

function isSocket(fd: number, refuse: (reason: string, cause: unknown) => ListenError): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch (error) {
    throw refuse(`descriptor ${fd} is not open; start the gateway with a listening socket there`, error);
  }
}
