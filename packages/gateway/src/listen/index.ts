// Listeners, as the rest of the gateway sees them.
export { accountNumber } from './account.ts';
export { activationVariables, noActivation, readActivation, type Activation } from './activation.ts';
export { ListenError } from './errors.ts';
export { openListener, type Listener } from './open-listener.ts';
export { describeOwner, findSocketOwner } from './socket-owner.ts';
export { inspectSocketPath } from './stale-socket.ts';
export { listenOnUnixSocket, socketMode } from './unix-socket.ts';
