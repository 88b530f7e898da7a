// One reload at a time, however many are asked for.

import type { ReloadReport } from '../control/status.ts';

type Pools = ReadonlySet<string> | undefined;
type Reload = (reason: string, pools: Pools) => Promise<readonly ReloadReport[]>;

interface Waiting {
  reason: string;
  /** Undefined is all. */
  pools: Pools;
  readonly reports: Promise<readonly ReloadReport[]>;
}

/** Puts reloads into an order. */
export class Reloads {
  readonly #tell: (isReloading: boolean) => void;
  readonly #reload: Reload;
  #running: Promise<unknown> | null = null;
  #waiting: Waiting | null = null;

  /**
   * @param tell called when the first begins, and when the last is over
   * @param reload does it; must not reject
   */
  constructor(tell: (isReloading: boolean) => void, reload: Reload) {
    this.#tell = tell;
    this.#reload = reload;
  }

  /**
   * Reloads these pools, by default all. Asked while one runs it begins after that, once for all who ask: what has changed
   * since is not in the running one.
   */
  reload(reason: string, pools?: ReadonlySet<string>): Promise<readonly ReloadReport[]> {
    if (this.#running === null) {
      this.#tell(true);
      return this.#run(reason, pools);
    }
    if (this.#waiting === null) {
      const reports = this.#running.then(() => this.#runWaiting());
      this.#waiting = { reason, pools, reports };
    } else if (this.#waiting.pools !== undefined) {
      this.#waiting.pools = pools && new Set([...this.#waiting.pools, ...pools]);
    }
    return this.#waiting.reports;
  }

  #runWaiting(): Promise<readonly ReloadReport[]> {
    const { reason = '', pools } = this.#waiting ?? {};
    this.#waiting = null;
    return this.#run(reason, pools);
  }

  #run(reason: string, pools: Pools): Promise<readonly ReloadReport[]> {
    const running = this.#reload(reason, pools).then((reports) => {
      if (this.#waiting === null) {
        this.#running = null;
        this.#tell(false);
      }
      return reports;
    });
    this.#running = running;
    return running;
  }
}
