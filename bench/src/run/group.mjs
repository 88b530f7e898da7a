// A group: everything that is compared with each other, in interleaved rounds (A B C, A B C, ...).
import { Stage } from '../stage/stage.mjs';
import { untilCorrect } from './answer.mjs';
import { runRound } from './round.mjs';

/**
 * What to compare.
 * @typedef {object} Group
 * @property {import('../peers/peer.mjs').Path} path
 * @property {import('../workloads/workload.mjs').Workload} workload
 * @property {number} processes
 * @property {number} connections
 * @property {readonly import('../peers/peer.mjs').Peer[]} peers
 *
 * What a group measured for a peer.
 * @typedef {object} PeerResult
 * @property {string} name
 * @property {string} label
 * @property {string} [failed] Why it never gave a correct answer.
 * @property {import('./round.mjs').Round[]} rounds
 */

/**
 * Runs a group. A peer that cannot start or answers wrongly is left out, with the reason in its result.
 * @param {Group} group
 * @param {import('../sizes.mjs').Pace} pace
 * @param {{progress: import('./progress.mjs').Progress, signal: AbortSignal,
 *   generator?: import('../gate/load/load.mjs').Generator}} context
 * @returns {Promise<PeerResult[]>}
 */
export async function runGroup(group, pace, { progress, signal, generator }) {
  const contenders = [];
  try {
    for (const peer of group.peers) {
      signal.throwIfAborted();
      const contender = await enter(peer, group);
      contenders.push(contender);
      if (contender.result.failed !== undefined) progress.leaveOut(contender.result, pace.rounds);
    }
    const running = contenders.filter(({ result }) => result.failed === undefined);
    for (let round = 1; round <= pace.rounds; round++) {
      for (const { stage, url, result } of running) {
        const load = { ...group, url, seconds: Math.max(pace.seconds, group.workload.secondsMin ?? 0) };
        result.rounds.push(await runRound(stage, load, { ...pace, round, signal, generator }));
        progress.advance(group, result);
      }
    }
    return contenders.map(({ result }) => result);
  } finally {
    await closeAll(contenders.map(({ stage }) => stage));
  }
}

async function enter(peer, group) {
  const stage = new Stage();
  const result = { name: peer.name, label: peer.label, rounds: [] };
  try {
    const url = await peer.start(stage, group);
    await untilCorrect(stage, url, group.workload);
    return { stage, url, result };
  } catch (error) {
    return { stage, url: '', result: { ...result, failed: error.message } };
  }
}

async function closeAll(stages) {
  const outcomes = await Promise.allSettled(stages.map((stage) => stage.close()));
  const errors = outcomes.flatMap(({ reason }) => reason ?? []);
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'));
}
