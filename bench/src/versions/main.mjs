// `pnpm run versions DIRECTORY`: the gateway of this checkout beside that of another one, as both were built last.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hundredths, spreadText, table, whole } from '../results/markdown.mjs';
import { ratioOver, spreadOver } from '../results/statistics.mjs';
import { runGroup } from '../run/group.mjs';
import { Progress } from '../run/progress.mjs';
import { allWorkloads } from '../workloads/all.mjs';
import { PLACES } from './places.mjs';
import { interruptSignal } from '../run/interrupt.mjs';

const USAGE = `pnpm run versions DIRECTORY   this checkout beside another one, built; prints, stores nothing

  --place NAME         one of: ${Object.keys(PLACES).join(', ')} (may be repeated; default: all)
  --workload NAME      what is asked for (default: hello)
  --processes N        Python processes (default: 1)
  --connections N      client connections (default: 32)
  --rounds N           of each version, in turns (default: 7)
  --seconds N          of each round (default: 2)`;

const tenths = (number) => number.toFixed(1);

function readArguments(args) {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      place: { type: 'string', multiple: true, default: Object.keys(PLACES) },
      workload: { type: 'string', default: 'hello' },
      processes: { type: 'string', default: '1' },
      connections: { type: 'string', default: '32' },
      rounds: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '2' },
    },
  });
  const [directory = ''] = positionals;
  const gateway = resolve(directory, 'packages/gateway');
  if (directory === '' || !existsSync(`${gateway}/dist/cli/main.js`)) {
    throw new Error(`${directory || 'no directory'} holds no gateway that has been built\n\n${USAGE}`);
  }
  const workload = allWorkloads.find(({ name }) => name === values.workload);
  const unknown = values.place.find((name) => !Object.hasOwn(PLACES, name));
  if (!workload || unknown !== undefined)
    throw new Error(`${unknown ?? values.workload} is not known\n\n${USAGE}`);
  return { ...values, gateway, workload, places: values.place };
}

function groupOf(place, { workload, gateway, processes, connections }) {
  const { peer, headers = [] } = PLACES[place];
  const before = { start: (stage, setup) => peer.start(stage, { ...setup, gateway }) };
  return {
    path: { name: place },
    workload: { ...workload, headers: [...(workload.headers ?? []), ...headers] },
    processes: Number(processes),
    connections: Number(connections),
    peers: [
      { ...peer, ...before, name: 'before', label: 'the other' },
      { ...peer, name: 'after', label: 'this' },
    ],
  };
}

const cpuOf =
  (role) =>
  ({ cpuUs }) =>
    cpuUs[role];

/** What is compared, by its name in the table's head. */
const FIGURES = [
  { head: 'gateway CPU µs', of: cpuOf('gateway'), show: tenths },
  { head: 'workers CPU µs', of: cpuOf('workers'), show: tenths },
  { head: 'requests/s', of: ({ requestsPerSecond }) => requestsPerSecond, show: whole },
];
const HEADS = FIGURES.flatMap(({ head }) => [`${head}: the other`, 'this', 'ratio']);

function row(place, [before, after]) {
  const cells = FIGURES.flatMap(({ of, show }) => [
    ...[before, after].map((version) => spreadText(spreadOver(version, of), show)),
    spreadText(ratioOver(after, before, of), hundredths),
  ]);
  return [place, ...cells];
}

async function main(args, signal) {
  const options = readArguments(args);
  const pace = {
    rounds: Number(options.rounds),
    seconds: Number(options.seconds),
    warmupSeconds: 0,
    openSeconds: 0,
  };
  const progress = new Progress(options.places.length * 2 * pace.rounds);
  const rows = [];
  for (const place of options.places) {
    rows.push(row(place, await runGroup(groupOf(place, options), pace, { progress, signal })));
  }
  console.log(`\n${table(['place', ...HEADS], rows)}`);
}

const interrupt = interruptSignal();

try {
  await main(process.argv.slice(2), interrupt);
} catch (error) {
  console.error(`versions: ${error.message}`);
  process.exitCode = 1;
}
