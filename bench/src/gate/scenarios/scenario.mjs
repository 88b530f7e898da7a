// What a scenario of the gate is. To add one: a file like its neighbours here, its name in all.mjs, its table in results/.
import { gatePeers } from '../peers.mjs';

/**
 * Where a round happens.
 * @typedef {object} Place
 * @property {import('../../stage/stage.mjs').Stage} stage
 * @property {string} url Ends in a slash.
 * @property {import('../peers.mjs').GatePeer} peer
 * @property {string} countFile Its length is the number of requests executed, /hello left out.
 * @property {import('../load/load.mjs').Generator} generator
 * @property {{name: string, title: string}} case
 * @property {import('../../sizes.mjs').Size} size
 * @property {number} seed The same for all peers of a round: they get the same requests at the same times.
 * @property {AbortSignal} signal
 * @property {number} [yardstick] The largest that any peer gave.
 * @property {() => Promise<void>} settle Waits until the peer answers quickly again.
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {(size: import('../../sizes.mjs').Size) => string} about What is done and what the columns mean, in sentences.
 * @property {Readonly<Record<import('../../sizes.mjs').Size, number>>} rounds
 * @property {readonly {name: string, title: string}[]} cases Each begins with servers newly started.
 * @property {readonly import('../peers.mjs').GatePeer[]} peers
 * @property {(size: import('../../sizes.mjs').Size) => number} seconds About how long a round takes.
 * @property {(place: Place) => Promise<number>} [yardstick] What is to be known of every peer before the first round.
 * @property {(place: Place) => Promise<object>} measure One round of one peer; what it returns is stored as it is.
 */

/** Peers by name, in that order. @param {...string} names */
export function peersNamed(...names) {
  return names.map((name) => {
    const peer = gatePeers.find((each) => each.name === name);
    if (peer === undefined) throw new Error(`no peer ${name}`);
    return peer;
  });
}
