// The command line of the benchmarks.
import { parseArgs } from 'node:util';
import { allPaths } from './peers/paths.mjs';
import { allPeers } from './peers/all.mjs';
import { allWorkloads } from './workloads/all.mjs';

/** What `--help` prints. */
export const USAGE = `pnpm bench [options]         paths through web servers and gateways, against their peers
pnpm bench micro             the FastCGI codec, against fastcgi-stream
pnpm bench gate [options]    queues, slow requests and overload; see pnpm bench gate --help

  --path NAME                only this path: ${names(allPaths)}
  --peer NAME                only this peer and the one that its path compares with:
                             ${names(allPeers)}
  --workload NAME            only this workload: ${names(allWorkloads)}
  --processes N[,N]          numbers of Python processes (default: 1 and 2 for hello, 2 for the rest)
  --connections N[,N]        client connections (default: 32, more where the application waits)
  --rounds N                 rounds of each peer (default: 5)
  --seconds N                seconds of each round (default: 5)
  --quick                    about two minutes: hello, 2 processes, 3 rounds of 1 second; prints, stores nothing
  --render                   only write RESULTS.md again from what is in results
  --help                     print this help

path, peer and workload may be repeated. Results replace those of the same group in results/latest.json.`;

const FULL = { rounds: 5, seconds: 5 };
const QUICK = { rounds: 3, seconds: 1 };

/**
 * @typedef {object} Options
 * @property {'paths' | 'micro' | 'render' | 'help'} action
 * @property {boolean} stores
 * @property {readonly string[]} paths
 * @property {readonly string[] | undefined} peers Undefined: all.
 * @property {readonly string[]} workloads
 * @property {readonly number[] | undefined} processes Undefined: those of the workload.
 * @property {readonly number[] | undefined} connections Undefined: those of the workload.
 * @property {import('./run/group.mjs').Pace} pace
 */

/** Reads the command line. Throws for anything it does not know. @param {readonly string[]} args @returns {Options} */
export function readOptions(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      path: { type: 'string', multiple: true },
      peer: { type: 'string', multiple: true },
      workload: { type: 'string', multiple: true },
      processes: { type: 'string' },
      connections: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const usual = values.quick ? QUICK : FULL;
  const seconds = number('seconds', values.seconds) ?? usual.seconds;
  return {
    action: readAction(values, positionals),
    stores: !values.quick,
    paths: choose('path', values.path, allPaths) ?? allPaths.map(({ name }) => name),
    peers: choose('peer', values.peer, allPeers),
    workloads: choose('workload', values.workload, allWorkloads) ?? usualWorkloads(values.quick),
    processes: numbers('processes', values.processes) ?? (values.quick ? [2] : undefined),
    connections: numbers('connections', values.connections),
    pace: {
      rounds: number('rounds', values.rounds) ?? usual.rounds,
      seconds,
      warmupSeconds: Math.ceil(seconds / 5),
    },
  };
}

function readAction({ render, help }, positionals) {
  if (help) return 'help';
  if (render) return 'render';
  if (positionals.length === 0) return 'paths';
  if (positionals.length === 1 && positionals[0] === 'micro') return 'micro';
  throw new Error(`unknown argument ${positionals.find((name) => name !== 'micro') ?? 'micro'}`);
}

function usualWorkloads(isQuick) {
  return isQuick ? ['hello'] : allWorkloads.map(({ name }) => name);
}

function choose(option, given, known) {
  const unknown = given?.find((name) => !known.some((each) => each.name === name));
  if (unknown !== undefined) throw new Error(`--${option} ${unknown}: known are ${names(known)}`);
  return given;
}

function names(named) {
  return [...new Set(named.map(({ name }) => name))].join(', ');
}

function number(option, text) {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${option} ${text}: expected a whole number from 1`);
  return Number(text);
}

function numbers(option, text) {
  return text?.split(',').map((part) => number(option, part));
}
