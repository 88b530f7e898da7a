// One case of a scenario: every peer on a stage of its own, all at once, taking turns round by round.
import { chmodSync } from 'node:fs';
import { untilCorrect } from '../run/answer.mjs';
import { Stage } from '../stage/stage.mjs';
import { anonymous, describeConfiguration } from './configuration.mjs';
import { LANES } from './peers.mjs';
import { untilCalm } from './calm.mjs';

const APPLICATION = 'gate.py';
const WARM_CLIENTS = 8;
const WARM_MS = 2000;
const HELLO = { answer: Buffer.from('done.\n') };

/**
 * What a peer did in a case.
 * @typedef {object} ContestResult
 * @property {string} name
 * @property {string} label
 * @property {string[]} [configuration] What was started, and the lines of its web server that matter.
 * @property {string} [failed] Why it did not take part, or went no further.
 * @property {object[]} rounds
 */

/**
 * Runs a case. A peer that cannot start, or does not come round again, goes no further, with the reason in its result.
 * @param {import('./options.mjs').Wanted} scenario
 * @param {{name: string, title: string}} theCase
 * @param {{size: import('../sizes.mjs').Size, signal: AbortSignal, generator: import('./load/load.mjs').Generator,
 *   progress: import('./progress.mjs').GateProgress}} context
 * @returns {Promise<ContestResult[]>}
 */
export async function runContest(scenario, theCase, context) {
  const contenders = [];
  try {
    for (const peer of scenario.peers) {
      context.signal.throwIfAborted();
      contenders.push(await enter(peer));
    }
    const yardsticks = [];
    for (const contender of contenders) {
      const yardstick = await warmUp(contender, { ...context, scenario, theCase });
      if (yardstick !== undefined) yardsticks.push(yardstick);
    }
    const turn = { ...context, scenario, theCase, yardstick: Math.max(...yardsticks) };
    for (let round = 1; round <= scenario.rounds; round++) {
      for (const contender of contenders) await takeTurn(contender, round, turn);
    }
    return contenders.map(({ result }) => result);
  } finally {
    const outcomes = await Promise.allSettled(contenders.map(({ stage }) => stage.close()));
    for (const { reason } of outcomes) if (reason) console.log(`while stopping: ${reason.message}`);
  }
}

async function enter(peer) {
  const stage = new Stage();
  const countFile = stage.write('count', '');
  chmodSync(countFile, 0o666); // Apache's processes belong to somebody else.
  const result = { name: peer.name, label: peer.label, rounds: [] };
  const contender = { peer, stage, countFile, result, url: '' };
  try {
    const lacking = peer.needs.find((need) => need.version() === undefined);
    if (lacking) throw new Error(`${lacking.name} is missing: ${lacking.install}`);
    const setup = {
      workload: { application: APPLICATION },
      processes: LANES,
      env: { BENCH_COUNT_FILE: countFile },
    };
    contender.url = await peer.start(stage, setup);
    await untilCorrect(stage, `${contender.url}hello`, HELLO);
    result.configuration = describeConfiguration(stage);
  } catch (error) {
    result.failed = anonymous(error.message, stage);
  }
  return contender;
}

/** Nobody is judged by its first second. Returns what the scenario wants to know of everybody beforehand. */
async function warmUp(contender, context) {
  return attempt(contender, context, 'warm-up', async (place) => {
    const { generator, url, signal, settle } = place;
    await generator.run(url, [{ path: '/hello', clients: WARM_CLIENTS, until: WARM_MS }], {
      seed: 0,
      signal,
    });
    await settle();
    return context.scenario.yardstick?.({ ...place, seed: 0 });
  });
}

async function takeTurn(contender, round, context) {
  const { result } = contender;
  const measured = await attempt(contender, context, `round ${round}`, (place) =>
    context.scenario.measure({ ...place, yardstick: context.yardstick, seed: round }),
  );
  if (measured !== undefined) result.rounds.push(measured);
  // What it still has to do of that, perhaps for clients that have gone, must not be the next one's handicap.
  await attempt(contender, context, `after round ${round}`, ({ settle }) => settle());
  context.progress.advance(context.scenario, context.theCase, result);
}

/** Does something with a peer, unless it has failed already; undefined if it has, or fails now. */
async function attempt(contender, { theCase, size, signal, generator }, what, action) {
  const { peer, stage, countFile, result, url } = contender;
  if (result.failed !== undefined) return undefined;
  const settle = () => untilCalm(`${url}hello`, signal);
  try {
    await settle();
    return await action({ case: theCase, stage, url, peer, countFile, generator, size, signal, settle });
  } catch (error) {
    signal.throwIfAborted();
    result.failed = anonymous(`${what}: ${error.message}`, stage);
    return undefined;
  }
}
