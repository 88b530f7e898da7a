// Listeners, as the rest of the gateway sees them.
export { activationVariables, noActivation, readActivation, type Activation } from './activation.ts';
export { ListenError, type ListenErrorCode } from './errors.ts';
export { openListener, type Listener, type OpenOptions } from './open-listener.ts';
