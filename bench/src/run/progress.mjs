// One line per round: a bar, what was just measured, and how long the rest will take.

/** Counts rounds and tells the time left. */
export class Progress {
  #total;
  #done = 0;
  #startMs = performance.now();

  /** @param {number} total Rounds of all peers of all groups. */
  constructor(total) {
    this.#total = total;
  }

  /** @param {import('./group.mjs').Group} group @param {import('./group.mjs').PeerResult} result */
  advance({ path, workload, processes, connections }, result) {
    this.#done++;
    const where = `${path.name} ${workload.name} p${processes} c${connections}`;
    const count = `${bar(this.#done / this.#total)} ${this.#done}/${this.#total}`.padEnd(32);
    console.log(
      `${count} ${where.padEnd(26)} ${result.label.padEnd(36)} ${outcome(result)}  ${this.#timeLeft()}`,
    );
  }

  /** A peer does not take part: says why in full, and counts its rounds no more. */
  leaveOut({ label, failed }, rounds) {
    this.#total -= rounds;
    console.log(`${label} does not take part: ${failed}`);
  }

  #timeLeft() {
    const leftMs = ((performance.now() - this.#startMs) / this.#done) * (this.#total - this.#done);
    const seconds = Math.round(leftMs / 1000);
    return seconds >= 90 ? `${Math.round(seconds / 60)} min left` : `${seconds} s left`;
  }
}

const BAR_WIDTH = 20;

/** How far it is. @param {number} share From 0 to 1. */
export function bar(share) {
  const full = Math.round(Math.min(share, 1) * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]`;
}

function outcome({ rounds }) {
  const last = rounds.at(-1);
  if (last?.requestsPerSecond === undefined) return `invalid: ${last?.invalid}`;
  return `${Math.round(last.requestsPerSecond)} requests/s`.padStart(18);
}
