// One line per round, and how long the rest will take: scenarios differ, so it counts seconds, not rounds.

import { bar } from '../run/progress.mjs';

/** Tells what was measured and the time left. */
export class GateProgress {
  #secondsOf;
  #planned;
  #done = 0;
  #startMs = performance.now();

  /**
   * @param {readonly import('./options.mjs').Wanted[]} scenarios @param {import('../sizes.mjs').Size} size
   */
  constructor(scenarios, size) {
    this.#secondsOf = (scenario) => scenario.seconds(size);
    const turns = ({ rounds, cases, peers }) => rounds * cases.length * peers.length;
    this.#planned = scenarios.reduce((sum, each) => sum + turns(each) * this.#secondsOf(each), 0);
    console.log(`about ${inWords(this.#planned)}`);
  }

  /** A peer has had its turn. */
  advance(scenario, theCase, { label, failed, rounds }) {
    this.#done += this.#secondsOf(scenario);
    const passed = (performance.now() - this.#startMs) / 1000;
    const left = (this.#planned - this.#done) * (passed / this.#done);
    const where = `${scenario.name} ${theCase.name === scenario.name ? '' : theCase.name}`;
    const outcome = failed === undefined ? `round ${rounds.length}` : failed.split('\n')[0];
    console.log(
      `${bar(this.#done / this.#planned)} ${where.padEnd(24)} ${label.padEnd(32)} ${outcome.padEnd(10)} ${inWords(left)} left`,
    );
  }
}

function inWords(seconds) {
  return seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.max(0, Math.round(seconds))} s`;
}
