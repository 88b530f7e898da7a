// The command line of `pnpm bench gate`.
import { parseArgs } from 'node:util';
import { readSize, SIZES } from '../sizes.mjs';
import { allScenarios } from './scenarios/all.mjs';

/** What `--help` prints. */
export const GATE_USAGE = `pnpm bench gate [options]    queues, slow requests and overload, against the peers

  --only NAME                only this scenario: ${names(allScenarios)}
  --case NAME                only this case of it, such as 4 or reload; prints, stores nothing
  --peer NAME                only this peer, such as sluice or uwsgi; prints, stores nothing
  --size NAME                ${SIZES.join(', ')} (default: full)
                             quick: a look at it, one short round, about 17 minutes; prints, stores nothing
                             short: one or two shorter rounds, about 31 minutes
                             full: about 90 minutes
  --quick                    the same as --size quick
  --rounds N                 rounds of each peer (default: that of the scenario and the size)
  --render                   only write the page and the pictures again, from results/gate.json
  --help                     print this help

only, case and peer may be repeated. A scenario replaces its former results in results/gate.json.`;

/**
 * @typedef {object} GateOptions
 * @property {'measure' | 'render' | 'help'} action
 * @property {import('../sizes.mjs').Size} size
 * @property {boolean} stores
 * @property {readonly Wanted[]} scenarios
 *
 * A scenario with the cases, peers and rounds wanted.
 * @typedef {Omit<import('./scenarios/scenario.mjs').Scenario, 'rounds'> & {rounds: number}} Wanted
 */

/** Reads the command line. Throws for anything it does not know. @param {readonly string[]} args @returns {GateOptions} */
export function readGateOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true },
      case: { type: 'string', multiple: true },
      peer: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      size: { type: 'string', default: 'full' },
      quick: { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const size = values.quick ? 'quick' : readSize(values.size);
  const chosen = choose('only', values.only, allScenarios);
  const cases = chosen.flatMap((scenario) => scenario.cases);
  const peers = chosen.flatMap((scenario) => scenario.peers);
  const wantedCases = choose('case', values.case, cases);
  const wantedPeers = choose('peer', values.peer, peers);
  return {
    action: values.help ? 'help' : values.render ? 'render' : 'measure',
    size,
    stores: size !== 'quick' && values.case === undefined && values.peer === undefined,
    scenarios: chosen
      .map((scenario) => ({
        ...scenario,
        rounds: roundsOf(values, scenario.rounds[size]),
        cases: scenario.cases.filter((each) => wantedCases.includes(each)),
        peers: scenario.peers.filter((each) => wantedPeers.includes(each)),
      }))
      .filter((scenario) => scenario.cases.length > 0 && scenario.peers.length > 0),
  };
}

function roundsOf({ rounds }, usual) {
  if (rounds === undefined) return usual;
  if (!/^[1-9]\d*$/.test(rounds)) throw new Error(`--rounds ${rounds}: expected a whole number from 1`);
  return Number(rounds);
}

function choose(option, given, known) {
  const unknown = given?.find((name) => !known.some((each) => each.name === name));
  if (unknown !== undefined) throw new Error(`--${option} ${unknown}: known are ${names(known)}`);
  return known.filter(({ name }) => given === undefined || given.includes(name));
}

function names(named) {
  return [...new Set(named.map(({ name }) => name))].join(', ');
}
