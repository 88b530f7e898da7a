// Listening on a TCP port.
import { networkInterfaces } from 'node:os';
import { formatHostPort } from '../config/kinds/address.ts';
import { ListenError, systemCode } from './errors.ts';
import { serverListen, unexplained, type ListeningServer } from './server-listen.ts';
import { describeOwner, findSocketOwner } from './socket-owner.ts';

/** Listens on `host` and `port`; port 0 takes a free one. Throws {@link ListenError}. */
export async function listenOnTcp(
  server: ListeningServer,
  host: string,
  port: number,
  backlogCount: number,
): Promise<void> {
  try {
    await serverListen(server, { host, port, backlog: backlogCount, exclusive: true });
  } catch (error) {
    throw explain(error, host, port);
  }
}

function explain(error: unknown, host: string, port: number): ListenError {
  const address = formatHostPort(host, port);
  switch (systemCode(error)) {
    case 'EADDRINUSE': {
      const owner = describeOwner(findSocketOwner({ kind: 'tcp', port }));
      const reason = `${owner} listens there; stop it or choose another port`;
      return new ListenError('SLUICE_LISTEN_IN_USE', address, reason, error);
    }
    case 'EACCES': {
      const reason = `this user may not use port ${port}; choose one from 1024 up, or start by socket activation`;
      return new ListenError('SLUICE_LISTEN_FORBIDDEN', address, reason, error);
    }
    case 'EADDRNOTAVAIL': {
      const reason = `${host} is no address of this machine; it has ${ownAddresses().join(', ')}`;
      return new ListenError('SLUICE_LISTEN_NO_SUCH_ADDRESS', address, reason, error);
    }
    case 'ENOTFOUND':
    case 'EAI_AGAIN': {
      const reason = `the name ${host} is unknown; give an IP address`;
      return new ListenError('SLUICE_LISTEN_NO_SUCH_ADDRESS', address, reason, error);
    }
    default:
      return unexplained(address, error);
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}
