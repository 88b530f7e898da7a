// A Jest reporter: ends a run that would not end, because a test that failed has left a timer or a socket in Jest's own
// process. A suite whose tests pass fails for that in environment.mjs.
import { countResources, moreThan } from './resources.mjs';

/** What is about to end by itself may take so long. */
const ENDS_WITHIN_MS = 10_000;

export default class EndingReporter {
  #before = countResources();
  #isWatching;
  #endsWithinMs;

  constructor({ watch, watchAll }, { endsWithinMs = ENDS_WITHIN_MS } = {}) {
    this.#isWatching = watch || watchAll;
    this.#endsWithinMs = endsWithinMs;
  }

  onRunComplete() {
    if (this.#isWatching) return;
    // It does not keep the process alive: it fires only if something else does.
    setTimeout(() => {
      const left = moreThan(this.#before, countResources()).join(', ');
      process.stderr.write(`\nThe run was ended, for a test that failed has left running: ${left}\n`);
      process.exit(1);
    }, this.#endsWithinMs).unref();
  }
}
