// The command line of the benchmarks.
import { parseArgs } from 'node:util';
import { allPaths } from './peers/paths.mjs';
import { allPeers } from './peers/all.mjs';
import { PACES, readSize, SIZES } from './sizes.mjs';
import { allWorkloads } from './workloads/all.mjs';

/** What `--help` prints. */
export const USAGE = `pnpm bench [options]         paths through web servers and gateways, against their peers
pnpm bench micro             the codecs and the worker wire, against fastcgi-stream and node-fastcgi
pnpm bench gate [options]    queues, slow requests and overload; see pnpm bench gate --help
pnpm bench scaling [options] what a request costs as load grows; see pnpm bench scaling --help

  --path NAME                only this path: ${names(allPaths)}
  --peer NAME                only this peer and the one that its path compares with:
                             ${names(allPeers)}
  --workload NAME            only this workload: ${names(allWorkloads)}
  --processes N[,N]          numbers of Python processes (default: 1 and 2 for hello, 2 for the rest)
  --connections N[,N]        client connections (default: 32, more where the application waits)
  --size NAME                ${SIZES.join(', ')} (default: full)
                             quick: about two minutes: hello, 2 processes, 2 rounds of 1 second; prints, stores nothing
                             short: about half an hour: what the goals speak of and hello on every path, 4 rounds of 2 seconds
                             full: everything, about four hours: 5 rounds of 5 seconds
  --quick                    the same as --size quick
  --rounds N                 rounds of each peer (default: that of the size)
  --seconds N                seconds of each round (default: that of the size)
  --install                  install what the peers need (from Debian as root; from PyPI into .cache), measure nothing
  --render                   only write RESULTS.md again from what is in results
  --help                     print this help

path, peer and workload may be repeated; what they name is measured whatever the size. Results replace those of the same group in results/latest.json.`;

/**
 * @typedef {object} Options
 * @property {'paths' | 'micro' | 'install' | 'render' | 'help'} action
 * @property {boolean} stores
 * @property {readonly string[] | undefined} paths Undefined: those of the size.
 * @property {readonly string[] | undefined} peers Undefined: all.
 * @property {readonly string[] | undefined} workloads Undefined: those of the size.
 * @property {readonly number[] | undefined} processes Undefined: those of the workload.
 * @property {readonly number[] | undefined} connections Undefined: those of the workload.
 * @property {import('./sizes.mjs').Pace} pace
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
      size: { type: 'string', default: 'full' },
      quick: { type: 'boolean', default: false },
      install: { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const usual = PACES[values.quick ? 'quick' : readSize(values.size)];
  const isQuick = usual.size === 'quick';
  const seconds = number('seconds', values.seconds);
  return {
    action: readAction(values, positionals),
    stores: !isQuick,
    paths: choose('path', values.path, allPaths),
    peers: choose('peer', values.peer, allPeers),
    workloads: choose('workload', values.workload, allWorkloads),
    processes: numbers('processes', values.processes) ?? (isQuick ? [2] : undefined),
    connections: numbers('connections', values.connections),
    pace: {
      ...usual,
      rounds: number('rounds', values.rounds) ?? usual.rounds,
      ...(seconds !== undefined && { seconds, warmupSeconds: Math.ceil(seconds / 5) }),
    },
  };
}

function readAction({ render, install, help }, positionals) {
  if (help) return 'help';
  if (install) return 'install';
  if (render) return 'render';
  if (positionals.length === 0) return 'paths';
  if (positionals.length === 1 && positionals[0] === 'micro') return 'micro';
  throw new Error(`unknown argument ${positionals.find((name) => name !== 'micro') ?? 'micro'}`);
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
