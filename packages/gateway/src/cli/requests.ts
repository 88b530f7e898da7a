// What is asked of a running gateway, by a signal or through the control socket. Whoever asks only notes it here; the
// command acts on it.

/** What sends signals: `process`. */
export interface SignalSource {
  readonly on: (signal: Signal, listener: () => void) => unknown;
  readonly off: (signal: Signal, listener: () => void) => unknown;
}

/** A signal the gateway acts on. */
export type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** Somebody wants the gateway to stop. */
export interface StopRequest {
  /** Who asked, for the log. */
  readonly source: string;
  /** Running requests get as long as they need instead of `stop_timeout`. */
  readonly isPatient: boolean;
}

/** Everything that was asked, in order. */
export class Requests {
  /** Resolves with the first request to stop: gracefully. */
  readonly first: Promise<StopRequest>;
  /** Resolves with the second one: now. */
  readonly second: Promise<StopRequest>;
  readonly #stopping: ((request: StopRequest) => void)[] = [];
  readonly #release: (() => void)[] = [];
  #onReload: ((source: string) => void) | null = null;
  #reloadMissed: string | null = null;

  /** Takes over the signals of `source` until `release` is called. */
  constructor(source: SignalSource) {
    this.first = new Promise((resolve) => this.#stopping.push(resolve));
    this.second = new Promise((resolve) => this.#stopping.push(resolve));
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      this.#take(source, signal, () => this.stop({ source: signal, isPatient: false }));
    }
    this.#take(source, 'SIGHUP', () => this.reload('SIGHUP'));
  }

  /** Whether somebody has asked for a stop. */
  get isStopping(): boolean {
    return this.#stopping.length < 2;
  }

  /** Asks for a stop. The second time asks for it at once, further ones for nothing. */
  stop(request: StopRequest): void {
    this.#stopping.shift()?.(request);
  }

  /** Asks for the code to be loaded again. Before `onReload` it is kept, because the code may have been read already. */
  reload(source: string): void {
    if (this.#onReload) this.#onReload(source);
    else this.#reloadMissed = source;
  }

  /** From now on reloads are passed on. */
  onReload(listener: (source: string) => void): void {
    this.#onReload = listener;
    if (this.#reloadMissed !== null) listener(this.#reloadMissed);
    this.#reloadMissed = null;
  }

  /** Gives the signals back to the system. */
  release(): void {
    for (const release of this.#release) release();
  }

  #take(source: SignalSource, signal: Signal, listener: () => void): void {
    source.on(signal, listener);
    this.#release.push(() => source.off(signal, listener));
  }
}
