// Listeners, as the rest of the gateway sees them.
export { activationVariables, noActivation, readActivation, type Activation } from './activation.ts';
export { createTrustList } from './allow-list.ts';
export { ListenError } from './errors.ts';
export { holdListener, openListener, type HeldListener, type Listener } from './open-listener.ts';
export { peerOf } from './peers.ts';
export { describeOwner, findSocketOwner } from './socket-owner.ts';
export { inspectSocketPath } from './stale-socket.ts';
export { listenOnUnixSocket, planSocketFile, socketMode } from './unix-socket.ts';
export { TlsDoor } from './tls.ts';
