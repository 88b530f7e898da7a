// The signals that stop the gateway. Handlers only note what came; whoever waits acts on it.

/** What sends signals: `process`. */
export interface SignalSource {
  readonly on: (signal: StopSignal, listener: () => void) => unknown;
  readonly off: (signal: StopSignal, listener: () => void) => unknown;
}

/** A signal that stops the gateway. */
export type StopSignal = 'SIGTERM' | 'SIGINT';

const stopSignals: readonly StopSignal[] = ['SIGTERM', 'SIGINT'];

/** The signals that came, in order. */
export interface StopRequests {
  /** Resolves with the first signal: stop gracefully. */
  readonly first: Promise<StopSignal>;
  /** Resolves with the second signal: stop now. */
  readonly second: Promise<StopSignal>;
  /** Gives the signals back to the system. */
  readonly release: () => void;
}

/** Takes over the stop signals until `release` is called. */
export function takeStopSignals(source: SignalSource): StopRequests {
  const waiting: ((signal: StopSignal) => void)[] = [];
  const next = (): Promise<StopSignal> => new Promise((resolve) => waiting.push(resolve));
  const [first, second] = [next(), next()];
  const listeners = stopSignals.map((signal) => {
    const listener = (): void => waiting.shift()?.(signal);
    source.on(signal, listener);
    return { signal, listener };
  });
  return {
    first,
    second,
    release: () => {
      for (const { signal, listener } of listeners) source.off(signal, listener);
    },
  };
}
