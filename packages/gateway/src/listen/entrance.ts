// The steps a new connection passes before its front gets it: who may come in, who it says it is, how it is encrypted.
import type { Server, Socket } from 'node:net';
import { endsOf } from './peers.ts';

/** Lets a connection, or one that stands for it, go on by `pass`; or ends it. */
export type Step = (socket: Socket, pass: (socket: Socket) => void) => void;

/** Puts the steps in front of the connection handlers that `server` has at this moment. */
export function leadThrough(server: Server, steps: readonly Step[]): void {
  if (steps.length === 0) return;
  const handlers = server.listeners('connection');
  const passFrom = (index: number, socket: Socket): void => {
    const step = steps[index];
    if (socket.destroyed) return;
    if (step !== undefined) step(socket, (passed) => passFrom(index + 1, passed));
    else for (const handler of handlers) handler.call(server, socket);
  };
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => passFrom(0, socket));
}

/** Disconnects whoever is not allowed, before any byte is read. */
export function admitOnly(
  isAllowed: (address: string) => boolean,
  onRefused: (address: string) => void,
): Step {
  return (socket, pass) => {
    const { remoteAddress = '' } = socket;
    if (remoteAddress !== '' && isAllowed(remoteAddress)) return pass(socket);
    socket.destroy();
    onRefused(remoteAddress);
  };
}

/**
 * Refuses connections of an address that has `countMax` of them. Peers without an address are not counted.
 *
 * @param farewell what a refused client is sent, if anything
 */
export function limitPerAddress(
  countMax: number,
  farewell: Buffer | null,
  onRefused: (address: string) => void,
): Step {
  const counts = new Map<string, number>();
  return (socket, pass) => {
    const { address } = endsOf(socket);
    if (address === '') return pass(socket);
    const count = (counts.get(address) ?? 0) + 1;
    if (count > countMax) {
      socket.on('error', () => {});
      if (farewell === null) socket.destroy();
      else socket.end(farewell, () => socket.destroy());
      onRefused(address);
      return;
    }
    counts.set(address, count);
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    });
    pass(socket);
  };
}
