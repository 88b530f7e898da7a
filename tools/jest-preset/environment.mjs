// The environment of every suite: that of Node, and at its end the proof that the suite has left nothing running.
import { setTimeout as delay } from 'node:timers/promises';
import { TestEnvironment } from 'jest-environment-node';
import { countResources, moreThan } from './resources.mjs';

/** What is closed may need some rounds of the event loop until it is gone. */
const GONE_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 10;
/** Timers that are remembered before those that have ended are forgotten. */
const TIMERS_MAX = 1_000;

/** Fails a suite that leaves a timer, a socket, a process, a watched file or an open request of the system behind. */
export default class TidyEnvironment extends TestEnvironment {
  #before = new Map();
  #timers = new Map();
  #hasFailed = false;

  async setup() {
    await super.setup();
    this.#before = countResources();
    this.#nameTimers('setTimeout');
    this.#nameTimers('setInterval');
  }

  async teardown() {
    const left = await this.#untilGone();
    this.#forgetEnded();
    const stacks = [...this.#timers].filter(([timer]) => timer.hasRef()).map(([, { stack }]) => stack);
    await super.teardown();
    // A test that failed may have left something; what is thrown here would stand in the place of its own message.
    if (left.length === 0 || this.#hasFailed) return;
    const origins = stacks.length > 0 ? `\ntimers among them began here:\n${stacks.join('\n')}` : '';
    throw new Error(`left running after the last test: ${left.join(', ')}${origins}`);
  }

  /** Called by Jest. */
  handleTestEvent(event) {
    if (event.name === 'test_done' && event.test.errors.length > 0) this.#hasFailed = true;
  }

  /** Remembers where timers were begun: the system only knows how many there are. */
  #nameTimers(start) {
    const { global } = this;
    const begin = global[start];
    const named = (callback, delayMs, ...values) => {
      const timer = begin(callback, delayMs, ...values);
      this.#timers.set(timer, new Error(`${start} ${delayMs} ms`));
      if (this.#timers.size > TIMERS_MAX) this.#forgetEnded();
      return timer;
    };
    global[start] = Object.defineProperties(named, Object.getOwnPropertyDescriptors(begin));
  }

  #forgetEnded() {
    // The only word of Node on whether a timer will still fire.
    for (const timer of this.#timers.keys()) if (timer._destroyed) this.#timers.delete(timer);
  }

  async #untilGone() {
    const end = performance.now() + GONE_WITHIN_MS;
    for (;;) {
      const left = moreThan(this.#before, countResources());
      if (left.length === 0 || performance.now() > end) return left;
      await delay(LOOK_EVERY_MS);
    }
  }
}
