// One case of a scenario: every peer on a stage of its own, all at once, taking turns round by round.
import { chmodSync } from 'node:fs';
import { untilCorrect } from '../run/answer.mjs';
import { Stage } from '../stage/stage.mjs';
import { anonymous, describeConfiguration } from './configuration.mjs';
import { LANES } from './peers.mjs';
import { untilCalm } from './calm.mjs';

const APPLICATION = 'gate.py';
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
    for (let round = 1; round <= scenario.rounds; round++) {
      for (const contender of contenders) await takeTurn(contender, round, { ...context, scenario, theCase });
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

async function takeTurn(contender, round, { scenario, theCase, size, signal, generator, progress }) {
  const { peer, stage, countFile, result, url } = contender;
  const settle = () => untilCalm(`${url}hello`, signal);
  const place = { case: theCase, stage, url, peer, countFile, generator, size, signal, settle };
  if (result.failed === undefined) {
    try {
      await settle();
      result.rounds.push(await scenario.measure({ ...place, seed: round }));
    } catch (error) {
      signal.throwIfAborted();
      result.failed = anonymous(`round ${round}: ${error.message}`, stage);
    }
  }
  progress.advance(scenario, theCase, result);
}
